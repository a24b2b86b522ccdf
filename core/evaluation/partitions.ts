/**
 * Quality of a division of persons into groups.
 * @module
 */
import type { Interactions } from '../data/domain.ts';

/**
 * Normalised mutual information of two divisions of the same persons: 0 if they are independent, 1 if they are the same (Danon et
 * al., "Comparing community structure identification", J. Stat. Mech. 2005). Divisions by chance have a little more
 * than 0, and more with many small groups.
 */
export function mutualInformation(a: Uint32Array, b: Uint32Array): number {
  const count = (keys: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const n = a.length;
  const entropy = (counts: Map<number, number>): number =>
    [...counts.values()].reduce((sum, size) => sum - (size / n) * Math.log(size / n), 0);
  const width = 1 + Math.max(...b);
  const [ofA, ofB, both] = [
    count(Array.from(a)),
    count(Array.from(b)),
    count(Array.from(a, (group, i) => group * width + b[i])),
  ].map(entropy);
  return ofA + ofB === 0 ? 1 : (2 * (ofA + ofB - both)) / (ofA + ofB);
}

/**
 * Modularity: the share of links within groups, minus the share that links with the same degrees would have there by chance
 * (Newman and Girvan, Physical Review E 2004).
 * @param links mutual, each in the rows of both ends
 */
export function modularity({ items, offsets }: Interactions, groups: Uint32Array): number {
  const ends = items.length;
  const degrees = new Float64Array(1 + Math.max(...groups));
  let within = 0;
  groups.forEach((group, p) => {
    degrees[group] += offsets[p + 1] - offsets[p];
    for (let i = offsets[p]; i < offsets[p + 1]; i++) if (groups[items[i]] === group) within++;
  });
  return within / ends - degrees.reduce((sum, degree) => sum + (degree / ends) ** 2, 0);
}
