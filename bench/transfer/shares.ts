/**
 * Computes the share of the raw release's gain that each method keeps, over pairs and kinds of negatives.
 *
 *   npx tsx bench/transfer/shares.ts FILE...        FILE: written by `bench/transfer.ts --out FILE`, one per pair
 *
 * A cell is a pair and a kind of negatives. Its share is a ratio of means over seeds: (method - zero) / (linear-bridge
 * raw - zero), where zero is the better of popularity and prior. The interval of the mean over cells is a jackknife
 * over seeds (Efron and Stein 1981), which leaves a seed out in all cells at once.
 */
import { readFileSync } from 'node:fs';
import { gainOverSeeds } from '../../core/evaluation/gains.ts';
import { mean } from '../../core/evaluation/results.ts';
import type { FigureLine } from './measure.ts';

const RAW = 'linear-bridge';

type Cell = ReadonlyMap<string, readonly number[]>;

const cells = new Map<string, Map<string, readonly number[]>>();
for (const file of process.argv.slice(2)) {
  for (const text of readFileSync(file, 'utf8').trim().split('\n')) {
    const { title, negatives, method, ndcg } = JSON.parse(text) as FigureLine;
    const name = `${title}, ${negatives}`;
    const cell = cells.get(name) ?? new Map<string, readonly number[]>();
    cell.set(method, ndcg);
    cells.set(name, cell);
  }
}
if (cells.size === 0) {
  console.error('name the files that bench/transfer.ts kept with --out');
  process.exit(2);
}

/** @param leftOut the seed that is not counted; -1 counts all. */
function share(cell: Cell, method: string, leftOut: number): number {
  const reached = (name: string): number => mean((cell.get(name) ?? []).filter((_, seed) => seed !== leftOut));
  const zero = Math.max(reached('popularity'), reached('prior'));
  return (reached(method) - zero) / (reached(RAW) - zero);
}

const all = [...cells.values()];
const [first] = all;
const methods = [...first.keys()].filter((method) => all.every((cell) => cell.has(method)));
const seeds = first.get(RAW)?.length ?? 0;
console.log(`shares of the gain of ${RAW} raw; cells: ${[...cells.keys()].join(' | ')}; ${seeds} seeds`);
for (const method of methods) {
  if (method === 'popularity' || method === 'prior' || method === RAW) continue;
  const shareWithout = (seed: number): number => mean(all.map((cell) => share(cell, method, seed)));
  const whole = shareWithout(-1);
  // Pseudo-values of the jackknife: their mean and Student's interval.
  const pseudo = Array.from({ length: seeds }, (_, seed) => seeds * whole - (seeds - 1) * shareWithout(seed));
  const { low, high } = gainOverSeeds(pseudo);
  const each = all.map((cell) => share(cell, method, -1).toFixed(2).padStart(6)).join(' ');
  console.log(`  ${method.padEnd(46)} ${each}   mean ${whole.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
}
