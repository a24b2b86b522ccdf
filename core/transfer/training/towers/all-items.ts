/**
 * Vectors of all items of a catalogue at once, and scores by them.
 * @module
 */
import type { SharedModel } from '../../encoder.ts';
import { single } from '../../network/arithmetic.ts';
import type { Arithmetic, Reals } from '../../network/arithmetic.ts';
import type { TowerPair } from './pair.ts';
import { rowsOf } from './rows.ts';

/** Items that a tower is run on at once. It bounds memory, and changes no number: rows are independent. */
export const ROWS = 2560;

export function allVectors(arithmetic: Arithmetic, both: TowerPair, shared: SharedModel, items: number): Reals {
  const vectors = arithmetic.zeros(items * both.dimension);
  for (let start = 0; start < items; start += ROWS) {
    const some = Uint32Array.from({ length: Math.min(ROWS, items - start) }, (_, i) => start + i);
    vectors.set(both.runItems(arithmetic, shared, some).y, start * both.dimension);
  }
  return vectors;
}

/** The product of a person's vector with an item's, for hard negatives. */
export function scores(
  both: TowerPair,
  shared: SharedModel,
  items: number,
): (seen: Uint32Array) => (item: number) => number {
  const width = both.dimension;
  const vectors = allVectors(single, both, shared, items);
  return (seen) => {
    const w = rowsOf(single, vectors, width, seen);
    const { y: z } = both.runPerson(single, shared, w, Uint32Array.of(0, seen.length));
    return (item) => {
      let product = 0;
      for (let j = 0; j < width; j++) product += z[j] * vectors[item * width + j];
      return product;
    };
  };
}
