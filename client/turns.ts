/**
 * Splits long work into short pieces, and gives the rest of the process a turn between them.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises';

export { turn };

/** Most items in one turn: few enough that a turn takes a few milliseconds. */
export const ITEMS_IN_A_TURN = 500;

/** Calls `work` with up to `size` items at a time, in order. @returns its results. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Result | Promise<Result>,
  size = ITEMS_IN_A_TURN,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) await turn();
    results.push(await work(items.slice(from, from + size)));
  }
  return results;
}

/** Runs tasks one at a time, in the order in which they came. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns the result of the task. A failed task does not fail the tasks after it. */
  do<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
