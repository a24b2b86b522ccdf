/**
 * Long work in short pieces, between which everything else of the process has its turn.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises';

/** How long a piece of work may keep everything else waiting: a few milliseconds. */
export const ITEMS_IN_A_TURN = 500;

/** @param work is given up to `size` items at a time, in order. @returns what it returned. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Result,
  size = ITEMS_IN_A_TURN,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) await turn();
    results.push(work(items.slice(from, from + size)));
  }
  return results;
}

/** Work that comes while earlier work goes on waits for it. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what the work comes to; a failure is its own alone. */
  do<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
