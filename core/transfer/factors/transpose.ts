/**
 * Interactions by item instead of by person.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';

/** Rows are items, entries are persons in ascending order. Ratings and times are left behind. */
export function transposeInteractions(interactions: Interactions, items: number): Interactions {
  const offsets = new Uint32Array(items + 1);
  for (const item of interactions.items) offsets[item + 1]++;
  for (let i = 0; i < items; i++) offsets[i + 1] += offsets[i];
  const cursor = offsets.slice(0, items);
  const entries = new Uint32Array(interactions.items.length);
  for (let person = 0; person + 1 < interactions.offsets.length; person++) {
    for (let position = interactions.offsets[person]; position < interactions.offsets[person + 1]; position++) {
      entries[cursor[interactions.items[position]]++] = person;
    }
  }
  return { offsets, items: entries };
}
