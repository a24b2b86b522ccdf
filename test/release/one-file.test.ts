import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { RELEASE_MODES } from '../../core/release/registry.ts';

const ROOT = path.join(import.meta.dirname, '../..');
/** `none` is left out, because the word also occurs elsewhere, and it is the mode of a platform that is no source. */
const NAMES = new Set<string>(RELEASE_MODES.filter((name) => name !== 'none'));

/** Names of modes in code that decides or lists something: in comparisons, switches, lists or types. */
function namesIn(text: string): string[] {
  const found: string[] = [];
  // A quick check, because most files have none, and parsing takes time.
  if (![...NAMES].some((name) => text.includes(`'${name}'`))) return found;
  (function visit(node: ts.Node): void {
    const { parent } = node;
    if (ts.isStringLiteral(node) && NAMES.has(node.text)) {
      const isCompared = ts.isBinaryExpression(parent) && /^[=!]=/.test(parent.operatorToken.getText());
      const isListed = ts.isArrayLiteralExpression(parent) || ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent);
      if (isCompared || isListed) found.push(node.text);
    }
    ts.forEachChild(node, visit);
  })(ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

describe('A release mode is one file', () => {
  it('and no other file of the product decides by its name', () => {
    const knowing = ['core', 'host', 'server', 'client', 'simulations', 'cli']
      .flatMap((floor) =>
        readdirSync(path.join(ROOT, floor), { recursive: true }).map((file) => path.join(floor, String(file))),
      )
      .filter((file) => file.endsWith('.ts') && !file.startsWith('core/release/'))
      .map((file) => [file, namesIn(readFileSync(path.join(ROOT, file), 'utf8'))] as const)
      .filter(([, names]) => names.length > 0);
    assert.deepEqual(knowing, []);
  });

  it('and the search finds each way to decide by a name', () => {
    const ways = [
      "a === 'ldp'",
      "a !== 'cohort'",
      "switch (a) { case 'raw': }",
      "['ldp']",
      "let a: 'cohort' | undefined",
    ];
    for (const way of ways) assert.equal(namesIn(way).length, 1, way);
    assert.deepEqual(namesIn("'cohort' in attempt; row.text('cohort'); a === 'none'"), []);
  });
});
