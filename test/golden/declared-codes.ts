/**
 * The error codes that the product's sources name, found in their syntax.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** CAPITALS_WITH_UNDERSCORES are codes of ours or of SQLite; ECAPITALS are codes of the system. */
const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^E[A-Z]{3,}$/;

/** Sorted. Codes stand in string literals (thrown, compared or in a type) and as keys of tables. */
export function declaredCodes(root: string, folders: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const add = (text: string): void => {
    if (CODE.test(text)) found.add(text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) add(node.text);
    else if ((ts.isPropertyAssignment(node) || ts.isPropertySignature(node)) && ts.isIdentifier(node.name)) {
      add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  for (const folder of folders) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue;
      visit(ts.createSourceFile(file, readFileSync(join(root, folder, file), 'utf8'), ts.ScriptTarget.Latest));
    }
  }
  return [...found].sort();
}
