/**
 * Communities of persons on one platform, from their links: regularised spectral clustering (Qin and Rohe, "Regularized spectral
 * clustering under the degree-corrected stochastic blockmodel", NIPS 2013).
 *
 * A person's community depends on other persons' links. So communities stay on the platform; one that published them would have to
 * charge a ledger for a noised release, and there is none here.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import { kMeans, spreadCentres } from '../linear-algebra/k-means.ts';
import { topEigen } from '../linear-algebra/top-eigen.ts';

/** Starts of k-means; the one of least cost is taken. */
const STARTS = 10;
const SWEEPS = 30;
/** Products with the matrix of links: its leading eigenvalues lie close together. */
const STEPS = 30;

/**
 * @param links mutual
 * @param communities number of communities, at least 2
 * @returns the community of each person; one of a person without a link says nothing.
 */
export function spectralCommunities(
  links: Interactions,
  communities: number,
  seed: string,
): Uint32Array /* [persons] */ {
  const { items, offsets } = links;
  const persons = offsets.length - 1;
  const prng = new Prng(`${seed}/communities`);
  // The mean degree, added to each: persons with few links would have axes of their own otherwise.
  const added = items.length / persons;
  const scale = Float64Array.from({ length: persons }, (_, p) => 1 / Math.sqrt(offsets[p + 1] - offsets[p] + added));
  // (I + D^-1/2 (A + added/n 1 1') D^-1/2) Q: the identity makes all eigenvalues positive, so the largest ones come first.
  const times = (q: Float64Array, columns: number): Float64Array => {
    const out = q.slice();
    const spread = new Float64Array(columns);
    for (let p = 0; p < persons; p++) {
      for (let c = 0; c < columns; c++) spread[c] += (scale[p] * q[p * columns + c] * added) / persons;
    }
    for (let p = 0; p < persons; p++) {
      const own = p * columns;
      for (let c = 0; c < columns; c++) out[own + c] += scale[p] * spread[c];
      for (let i = offsets[p]; i < offsets[p + 1]; i++) {
        const weight = scale[p] * scale[items[i]];
        for (let c = 0; c < columns; c++) out[own + c] += weight * q[items[i] * columns + c];
      }
    }
    return out;
  };
  const { vectors } = topEigen(persons, communities, times, prng, STEPS);
  const rows = unitRows(vectors, communities);
  const tried = Array.from({ length: STARTS }, () =>
    kMeans(rows, communities, spreadCentres(rows, communities, communities, prng), SWEEPS),
  );
  return tried.reduce((best, one) => (one.cost < best.cost ? one : best)).groups;
}

/** Rows of length 1: the length of a row shows the person's degree, not the community. */
function unitRows(vectors: Float64Array, width: number): Float64Array {
  const out = vectors.slice();
  for (let at = 0; at < out.length; at += width) {
    const length = Math.hypot(...out.subarray(at, at + width)) || 1;
    for (let j = 0; j < width; j++) out[at + j] /= length;
  }
  return out;
}
