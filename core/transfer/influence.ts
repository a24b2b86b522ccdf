/**
 * How much each item of a history counts in its representation, found without a look into the encoder: by leaving the item out.
 * Erasure: Li, Monroe and Jurafsky 2016 (arXiv:1612.08220), equation 1, with the cosine in place of a log-likelihood.
 * @module
 */
import type { History } from '../data/domain.ts';
import type { SentHistory } from '../release/release.ts';
import type { Encode } from './views/view.ts';

/**
 * 1 minus the cosine between the representations of the history with and without the item, for each of its latest `latest`
 * items, in the order of the history; from 0 (no influence) to 2. It is 1 if nothing is known without the item, and 0 for every
 * item if nothing is known with it.
 * @param box the place of a history that is sent itself. Its numbers name items, so they have no angle and are left out.
 * @returns undefined if no other number is left.
 */
export function influences(
  represent: Encode,
  history: History,
  latest: number,
  box?: Pick<SentHistory, 'at' | 'slots'>,
): Float32Array | undefined {
  const numbers = (of: History): Float32Array => withoutBox(represent(of), box);
  const whole = numbers(history);
  if (whole.length === 0) return undefined;
  const first = Math.max(0, history.items.length - latest);
  return Float32Array.from({ length: history.items.length - first }, (_, i) =>
    distance(whole, numbers(withoutItem(history, first + i))),
  );
}

function withoutBox(vector: Float32Array, box: Pick<SentHistory, 'at' | 'slots'> | undefined): Float32Array {
  return box === undefined ? vector : vector.filter((_, i) => i < box.at || i > box.at + box.slots);
}

/** The history without the item at this place. */
export function withoutItem(history: History, place: number): History {
  const other = (_: number, at: number): boolean => at !== place;
  const { items, ratings, timestamps } = history;
  return {
    ...history,
    items: items.filter(other),
    ...(ratings && { ratings: ratings.filter(other) }),
    ...(timestamps && { timestamps: timestamps.filter(other) }),
  };
}

function distance(whole: Float32Array, less: Float32Array): number {
  let [product, ofWhole, ofLess] = [0, 0, 0];
  for (let i = 0; i < whole.length; i++) {
    product += whole[i] * less[i];
    ofWhole += whole[i] ** 2;
    ofLess += less[i] ** 2;
  }
  if (ofWhole === 0) return 0;
  if (ofLess === 0) return 1;
  // Rounding may put the cosine of equal directions beyond 1.
  return Math.max(0, 1 - product / Math.sqrt(ofWhole * ofLess));
}
