/**
 * A history as a box of numbers: one slot per item, of a number of slots that the manifest fixes, and a last number by which
 * the others are divided when the box is read. So it keeps its items whatever scale a release gives a vector.
 * @module
 */
import type { SentHistory } from '../../release/release.ts';
import { unit } from './item-vectors.ts';

/** Most items of a platform: the box is of 32-bit floats, which are rounded three times on their way. */
export const MOST_BOXED_ITEMS = 1_000_000;

/**
 * The latest items of a history, by number, in slots of which the unused ones are 0. A box of an empty history is zero.
 * @param items in the order in which the person met them.
 */
export function boxOfHistory(items: Uint32Array, slots: number): Float32Array /* [slots + 1] */ {
  const box = new Float64Array(slots + 1);
  // Sorted, so that the box does not tell in which order the person met them.
  items
    .slice(-slots)
    .sort()
    .forEach((item, slot) => (box[slot] = item + 1));
  if (items.length > 0) box[slots] = 1;
  return unit(box);
}

/**
 * The items of a box, in increasing order. A source may send anything, so numbers that stand for no item are left out.
 */
export function historyOfBox(vector: Float32Array, { at, items, slots }: SentHistory): Uint32Array {
  const one = vector[at + slots];
  const numbers = Array.from(vector.subarray(at, at + slots), (value) => Math.round(value / one));
  return new Uint32Array(new Set(numbers.filter((number) => number >= 1 && number <= items))).map(
    (number) => number - 1,
  );
}
