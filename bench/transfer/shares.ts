/**
 * Computes the share of the raw release's gain that each method keeps, over pairs and kinds of negatives.
 * A cell is a pair and a kind of negatives; zero is the better of popularity and prior (share.ts).
 */
import { readFileSync } from 'node:fs';
import type { FigureLine } from './measure.ts';
import { shareOf } from './share.ts';
import { readOptions, rest } from '../options.ts';

const RAW = 'linear-bridge';

const { files } = readOptions(
  {
    measures: "Computes the share of the raw release's gain that each method keeps, over pairs and kinds of negatives.",
    examples: ['npx tsx bench/transfer/shares.ts toys.jsonl kitchen.jsonl'],
  },
  {
    files: rest(
      'files...',
      'written by bench/transfer.ts --out FILE, one per pair',
      'name the files that bench/transfer.ts kept with --out',
    ),
  },
);

const cells = new Map<string, Map<string, readonly number[]>>();
for (const file of files) {
  for (const text of readFileSync(file, 'utf8').trim().split('\n')) {
    const { title, negatives, method, ndcg } = JSON.parse(text) as FigureLine;
    const name = `${title}, ${negatives}`;
    const cell = cells.get(name) ?? new Map<string, readonly number[]>();
    cell.set(method, ndcg);
    cells.set(name, cell);
  }
}

const all = [...cells.values()];
const [first] = all;
const methods = [...first.keys()].filter((method) => all.every((cell) => cell.has(method)));
const seeds = first.get(RAW)?.length ?? 0;
console.log(`shares of the gain of ${RAW} raw; cells: ${[...cells.keys()].join(' | ')}; ${seeds} seeds`);
for (const method of methods) {
  if (method === 'popularity' || method === 'prior' || method === RAW) continue;
  const { each, mean, low, high } = shareOf(all, method, RAW, ['popularity', 'prior']);
  const cell = each.map((share) => share.toFixed(2).padStart(6)).join(' ');
  console.log(`  ${method.padEnd(46)} ${cell}   mean ${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
}
