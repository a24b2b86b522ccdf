/** Shares of the gain of a reference release, over cells: a cell is a pair of domains and a kind of negatives. */
import { gainOverSeeds } from '../../core/evaluation/gains.ts';
import { mean } from '../../core/evaluation/results.ts';

/** NDCG@10 of each method, one figure per seed. */
export type Cell = ReadonlyMap<string, readonly number[]>;

export interface Share {
  /** Share in each cell. */
  readonly each: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean. */
  readonly low: number;
  readonly high: number;
}

/**
 * The share of a cell is a ratio of means over seeds: (method - zero) / (raw - zero), where zero is the best of the methods `zeros`. The
 * interval of the mean over cells is a jackknife over seeds (Efron and Stein 1981), which leaves a seed out in all cells at once.
 */
export function shareOf(cells: readonly Cell[], method: string, raw: string, zeros: readonly string[]): Share {
  const seeds = Math.min(...cells.map((cell) => cell.get(method)?.length ?? 0));
  const share = (cell: Cell, leftOut: number): number => {
    const reached = (name: string): number => mean((cell.get(name) ?? []).filter((_, seed) => seed !== leftOut));
    const zero = Math.max(...zeros.map(reached));
    return (reached(method) - zero) / (reached(raw) - zero);
  };
  const without = (seed: number): number => mean(cells.map((cell) => share(cell, seed)));
  const whole = without(-1);
  // Pseudo-values of the jackknife: their mean and Student's interval.
  const { low, high } = gainOverSeeds(
    Array.from({ length: seeds }, (_, seed) => seeds * whole - (seeds - 1) * without(seed)),
  );
  return { each: cells.map((cell) => share(cell, -1)), mean: whole, low, high };
}
