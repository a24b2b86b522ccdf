/**
 * Groups of rows by k-means (Lloyd, IEEE Trans. Information Theory 1982).
 * @module
 */
import type { Prng } from '../../random/prng.ts';

export interface Grouped {
  /** Group of each row. */
  readonly groups: Uint32Array /* [rows] */;
  /** Sum of squared distances of the rows to the centres of their groups. */
  readonly cost: number;
}

/**
 * @param rows [rows, dimension] row-major
 * @param start centres to start from: [groups, dimension]
 */
export function kMeans(
  rows: Float32Array | Float64Array,
  dimension: number,
  start: Float64Array,
  sweeps: number,
): Grouped {
  const count = rows.length / dimension;
  const centres = start.slice();
  const groups = new Uint32Array(count);
  let cost = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    cost = 0;
    const sums = new Float64Array(centres.length);
    const sizes = new Float64Array(centres.length / dimension);
    for (let row = 0; row < count; row++) {
      const { at, distance } = nearest(centres, rows, row * dimension, dimension);
      groups[row] = at;
      cost += distance;
      sizes[at] += 1;
      for (let j = 0; j < dimension; j++) sums[at * dimension + j] += rows[row * dimension + j];
    }
    // A group that no row is in keeps its centre.
    sums.forEach((value, at) => {
      const size = sizes[Math.floor(at / dimension)];
      if (size > 0) centres[at] = value / size;
    });
  }
  return { groups, cost };
}

/**
 * Centres to start from: rows drawn one after the other in proportion to the squared distance to the nearest drawn one (Arthur and
 * Vassilvitskii, "k-means++", SODA 2007).
 */
export function spreadCentres(
  rows: Float32Array | Float64Array,
  dimension: number,
  groups: number,
  prng: Prng,
): Float64Array /* [groups, dimension] */ {
  const count = rows.length / dimension;
  const centres = new Float64Array(groups * dimension);
  const distances = new Float64Array(count).fill(1);
  for (let group = 0; group < groups; group++) {
    let left = prng.uniform() * distances.reduce((sum, distance) => sum + distance, 0);
    const drawn = Math.max(
      0,
      distances.findIndex((distance) => (left -= distance) < 0),
    );
    centres.set(rows.subarray(drawn * dimension, (drawn + 1) * dimension), group * dimension);
    const own = centres.subarray(group * dimension, (group + 1) * dimension);
    for (let row = 0; row < count; row++) {
      const { distance } = nearest(own, rows, row * dimension, dimension);
      distances[row] = group === 0 ? distance : Math.min(distances[row], distance);
    }
  }
  return centres;
}

function nearest(
  centres: Float64Array,
  rows: Float32Array | Float64Array,
  from: number,
  dimension: number,
): { readonly at: number; readonly distance: number } {
  let at = 0;
  let least = Infinity;
  for (let group = 0; group * dimension < centres.length; group++) {
    let distance = 0;
    for (let j = 0; j < dimension; j++) distance += (centres[group * dimension + j] - rows[from + j]) ** 2;
    if (distance < least) {
      least = distance;
      at = group;
    }
  }
  return { at, distance: least };
}
