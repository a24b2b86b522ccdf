/**
 * Counts files and code lines (without comments and blank lines) by room, circles of files, pairs of rooms that import
 * each other, and classes that extend Error.
 */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { readOptions, word } from './options.ts';
const { root } = readOptions(
  {
    measures:
      'Counts files and lines of code by room, circles of files, pairs of rooms that import each other, and classes of errors.',
    examples: ['npm run bench:rooms', 'npm run bench:rooms -- --root ../earlier'],
  },
  { root: word('the checkout to count', path.join(import.meta.dirname, '..'), 'folder') },
);
const tops = ['core', 'host', 'server', 'client', 'simulations', 'cli'];
const files = [];
for (const t of tops) {
  const d = path.join(root, t);
  if (fs.existsSync(d))
    (function walk(d) {
      for (const e of fs.readdirSync(d, { withFileTypes: true })) {
        const p = path.join(d, e.name);
        if (e.isDirectory()) walk(p);
        else if (p.endsWith('.ts')) files.push(p);
      }
    })(d);
}
const room = (f) => {
  const r = path.relative(root, f).split('/');
  if (r[0] === 'core') {
    if (r[1] === 'privacy' && r.length > 3) return `core/privacy/${r[2]}`;
    return `core/${r[1]}`;
  }
  return r.length > 2 && r[0] !== 'cli' ? `${r[0]}/${r[1]}` : r[0];
};
const codeLines = (t) => {
  const lines = new Set();
  const sf = ts.createSourceFile('x.ts', t, ts.ScriptTarget.Latest, true);
  (function visit(n) {
    if (n.getChildCount(sf) === 0 && n.kind !== ts.SyntaxKind.EndOfFileToken) {
      const a = sf.getLineAndCharacterOfPosition(n.getStart(sf)).line,
        b = sf.getLineAndCharacterOfPosition(n.getEnd()).line;
      for (let i = a; i <= b; i++) lines.add(i);
    }
    n.getChildren(sf).forEach(visit);
  })(sf);
  return lines.size;
};
const by = new Map();
let errs = 0;
const imports = new Map();
for (const f of files) {
  const t = fs.readFileSync(f, 'utf8');
  const r = room(f);
  const e = by.get(r) ?? { files: 0, lines: 0 };
  e.files++;
  e.lines += codeLines(t);
  by.set(r, e);
  errs += (t.match(/class \w+(<[^{]*>)? extends Error\b/g) ?? []).length;
  const set = new Set();
  for (const m of t.matchAll(/(?:import|export)\s[^'"]*?from\s+'(\.[^']+)'/g))
    set.add(path.resolve(path.dirname(f), m[1]));
  imports.set(f, set);
}
const edges = new Map();
for (const [f, s] of imports)
  for (const to of s) {
    const a = room(f),
      b = room(to);
    if (a !== b) {
      if (!edges.has(a)) edges.set(a, new Set());
      edges.get(a).add(b);
    }
  }
const pairs = [];
for (const [a, s] of edges) for (const b of s) if (a < b && edges.get(b)?.has(a)) pairs.push(`${a} <-> ${b}`);
// circles: strongly connected components of files >1
let idx = 0;
const st = [],
  low = new Map(),
  num = new Map(),
  on = new Set();
let scc = 0;
const comps = [];
const strong = (v) => {
  num.set(v, idx);
  low.set(v, idx++);
  st.push(v);
  on.add(v);
  for (const w of imports.get(v) ?? []) {
    if (!imports.has(w)) continue;
    if (!num.has(w)) {
      strong(w);
      low.set(v, Math.min(low.get(v), low.get(w)));
    } else if (on.has(w)) low.set(v, Math.min(low.get(v), num.get(w)));
  }
  if (low.get(v) === num.get(v)) {
    const c = [];
    let w;
    do {
      w = st.pop();
      on.delete(w);
      c.push(w);
    } while (w !== v);
    if (c.length > 1) comps.push(c);
  }
};
for (const f of files) if (!num.has(f)) strong(f);
let total = 0,
  tf = 0;
for (const [r, e] of [...by].sort()) {
  console.log(r.padEnd(34), String(e.files).padStart(4), String(e.lines).padStart(7));
  total += e.lines;
  tf += e.files;
}
console.log('total', tf, total);
console.log(
  'circles of files',
  comps.length,
  comps.map((c) => c.map((f) => path.relative(root, f)).join(', ')),
);
console.log(
  'room pairs that import each other',
  pairs.length,
  pairs.filter((p) => p.includes('core/')).length + ' in core',
  pairs,
);
console.log('classes that extend Error', errs);
