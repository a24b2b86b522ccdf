/**
 * Recency of interactions: the interactions before a moment, and counts in which older interactions weigh less.
 * @module
 */
import type { Domain } from '../data/domain.ts';
import { DataError } from '../data/errors.ts';
import { itemFacts } from '../data/select.ts';

/** The domain with only the interactions before this moment. Persons and catalogue stay. @param at Unix seconds */
export function beforeMoment(domain: Domain, at: number): Domain {
  const times = stampsOf(domain);
  const offsets = new Uint32Array(domain.offsets.length);
  const kept: number[] = [];
  for (let p = 0; p < domain.persons.length; p++) {
    for (let i = domain.offsets[p]; i < domain.offsets[p + 1]; i++) if (times[i] < at) kept.push(i);
    offsets[p + 1] = kept.length;
  }
  const { catalogue, name, persons } = domain;
  return {
    name,
    persons,
    catalogue,
    ...itemFacts(domain),
    offsets,
    items: Uint32Array.from(kept, (i) => domain.items[i]),
    timestamps: Float64Array.from(kept, (i) => times[i]),
  };
}

/**
 * Each item's weighted count of interactions before a moment. An interaction that is a half-life older has half the weight. A
 * short half-life finds the items that are popular at that moment.
 * @param at Unix seconds
 * @param halfLife in seconds; with Infinity all interactions have the same weight
 */
export function decayedCounts(domain: Domain, at: number, halfLife: number): Float64Array /* [items] */ {
  const times = stampsOf(domain);
  const counts = new Float64Array(domain.catalogue.length);
  for (let i = 0; i < times.length; i++) {
    if (times[i] < at) counts[domain.items[i]] += 2 ** ((times[i] - at) / halfLife);
  }
  return counts;
}

/** @throws DataError DATA_OPTION unless every interaction has a time. */
function stampsOf({ name, timestamps }: Domain): Float64Array {
  if (timestamps?.every((time) => !Number.isNaN(time)) === true) return timestamps;
  throw new DataError(
    'DATA_OPTION',
    `"${name}" has interactions without a time, so nothing can be said of what is recent`,
  );
}
