/**
 * The method that a target would choose, by its held-out persons, and beside it the one that turned out best on the cold
 * persons. Only the first may be called the result of a run.
 * @module
 */
import { ablationOf } from './ablations.ts';
import type { Choice, ResultRow } from './results.ts';

type Row = Omit<ResultRow, 'sources'>;

/** Held-out quality of one method at one seed: NDCG@10, the mean over both kinds of negatives. */
export type SeedChoice = Omit<Choice, 'chosen' | 'hindsight'>;

/**
 * Marks, for each target, the method that held-out persons choose and the one that was best on the cold persons.
 * @param measured one entry per method and seed.
 * @param serving name of the decoder that serves.
 */
export function choicesOf(measured: readonly SeedChoice[], rows: readonly Row[], serving: string): Choice[] {
  const groups = new Map<string, SeedChoice[]>();
  for (const one of measured) {
    const key = JSON.stringify([one.target, one.method, one.release, one.epsilon, one.epsilon0]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const all = [...groups.values()].map((group) => {
    const heldOut = group.reduce((sum, one) => sum + one.heldOut, 0) / group.length;
    return { choice: { ...group[0], heldOut }, cold: coldQuality(group[0], rows) };
  });
  return all.map(({ choice, cold }) => {
    const rivals = all.filter((one) => one.choice.target === choice.target && mayBeChosen(one.choice, all, serving));
    return {
      ...choice,
      chosen: choice.heldOut === Math.max(...rivals.map((one) => one.choice.heldOut)) && isIn(choice, rivals),
      hindsight: cold === Math.max(...rivals.map((one) => one.cold)) && isIn(choice, rivals),
    };
  });
}

/**
 * True if the method may be the run's result: all of its mechanisms are on, and it has an epsilon if any method for this target has one.
 */
function mayBeChosen(one: SeedChoice, all: readonly { readonly choice: SeedChoice }[], serving: string): boolean {
  const bounded = all.some(({ choice }) => choice.target === one.target && choice.epsilon !== null);
  return ablationOf(one.method, serving) === undefined && (!bounded || one.epsilon !== null);
}

const isIn = (choice: SeedChoice, rivals: readonly { readonly choice: SeedChoice }[]): boolean =>
  rivals.some((one) => one.choice === choice);

/** NDCG@10 of all cold persons, the mean over kinds of negatives. */
function coldQuality({ epsilon, epsilon0, method, release, target }: SeedChoice, rows: readonly Row[]): number {
  const own = rows.filter(
    (row) =>
      row.target === target &&
      row.method === method &&
      row.release === release &&
      row.epsilon === epsilon &&
      row.epsilon0 === epsilon0 &&
      row.metric === 'NDCG@10' &&
      row.group === 'all' &&
      row.twins === 'with',
  );
  return own.reduce((sum, row) => sum + row.mean / own.length, 0);
}
