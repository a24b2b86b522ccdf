/** Counts comments by room, and among them those that open with What, Of, Whether, Who or Where (docs/style.md, rule 1). */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { count, flag, maybe, readOptions } from './options.ts';

const ROOT = path.join(import.meta.dirname, '..');
const ROOMS = ['core', 'host', 'server', 'client', 'proto', 'cli', 'simulations', 'bench', 'test', 'docs'];
const OPENER = /^(What|Of|Whether|Who|Whoever|Whom|Whose|Where)\b/;

/** Comments of a file: `//` lines that follow each other are one comment. */
function commentsOf(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const lineStarts = ts.computeLineStarts(text);
  const lineOf = (at) => ts.computeLineAndCharacterOfPosition(lineStarts, at).line + 1;
  const comments = [];
  for (const { pos, end, kind } of ranges(text)) {
    const line = lineOf(pos);
    const body = text.slice(pos, end);
    const alone = text.slice(lineStarts[line - 1], pos).trim() === '';
    const before = comments.at(-1);
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia) {
      const words = body.replace(/^\/\/+/, '').trim();
      if (before?.run && alone && before.last === line - 1) {
        before.words += ` ${words}`;
        before.last = line;
      } else comments.push({ file, line, last: line, words, run: alone });
    } else {
      const words = body
        .slice(2, -2)
        .replace(/^\s*\* ?/gm, '')
        .replace(/\s+/g, ' ');
      comments.push({ file, line, last: line, words: words.replace(/^\*? */, '').trim(), run: false });
    }
  }
  return comments.filter(({ words }) => /[a-z]/i.test(words) && !/^(eslint|@ts-|prettier|#)/.test(words));
}

/** Ranges of a file's comments, each once. A parsed file is needed: only a parser tells templates from regular expressions. */
function ranges(text) {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found = new Map();
  (function visit(node) {
    if (node.getChildCount(source) > 0) node.getChildren(source).forEach(visit);
    else {
      const leading = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
      const trailing = ts.getTrailingCommentRanges(text, node.getEnd()) ?? [];
      for (const range of [...leading, ...trailing]) if (!isText(node, range)) found.set(range.pos, range);
    }
  })(source);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** True if the range lies inside the node itself, as `//` in a template or a string does. */
function isText(node, range) {
  return range.pos >= node.getStart() && range.pos < node.getEnd();
}

const values = readOptions(
  {
    measures: 'Counts comments by room, and among them those that open with What, Of, Whether, Who or Where.',
    examples: ['node --import=tsx bench/openers.mjs --list'],
  },
  {
    list: flag('also prints each such comment with its place'),
    draw: maybe(count('prints so many comments per room, drawn by the hash of the checked-out commit', 10)),
  },
);
const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
const files = git('ls-files', ...ROOMS).split('\n');
const commit = git('rev-parse', 'HEAD').trim();

for (const room of ROOMS) {
  const mine = files.filter((file) => file.startsWith(`${room}/`) && /\.(ts|mjs|cjs|js|proto)$/.test(file));
  const comments = mine.filter((file) => fs.existsSync(path.join(ROOT, file))).flatMap(commentsOf);
  const opening = comments.filter(({ words }) => OPENER.test(words));
  console.log(
    `${room.padEnd(12)} ${String(comments.length).padStart(6)} comments ${String(opening.length).padStart(5)} open so`,
  );
  if (values.list) for (const { file, line, words } of opening) console.log(`  ${file}:${line} ${words}`);
  if (values.draw === undefined) continue;
  const rank = ({ file, line }) => createHash('sha256').update(`${commit} ${file}:${line}`).digest('hex');
  const drawn = comments.map((comment) => ({ comment, key: rank(comment) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { comment } of drawn.slice(0, Number(values.draw)))
    console.log(`  ${comment.file}:${comment.line} ${comment.words}`);
}
