/**
 * The mathematics of private subspace iteration: what each person contributes to a step, and the next subspace from a
 * step's noisy sum. A platform runs it on sums of its own (private-subspace.ts); platforms together run it on masked sums
 * (shared-subspace.ts).
 *
 * Person u has the row x_u: the weight w_i at each item of the history, scaled to unit length. A step asks for one sum
 * over persons,
 *
 *   S = Σ_u x_u ⊗ b_u,   b_u = D Uᵀ x_u / |D Uᵀ x_u|.
 *
 * Everybody's contribution to it has length 1, whatever the history. So no clip has to be chosen and no budget is
 * wasted. D balances the directions: without it the first one, popularity, would dominate every b_u. Rows of S that are
 * lost in the noise are shrunk; then U and the strengths of the directions are computed from S D⁻¹.
 *
 * Hardt and Price, "The noisy power method", NeurIPS 2014; person-level contributions as in Chien et al., "Private
 * alternating least squares", ICML 2021.
 * @module
 */
import type { History } from '../../data/domain.ts';
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import type { Prng } from '../../random/prng.ts';
import { gram, multiply } from '../linear-algebra/products.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { orthonormaliseColumns } from '../linear-algebra/thin-qr.ts';

export interface Subspace {
  /** U: a unit column for each direction. */
  readonly directions: Float64Array /* [items, dimension] row-major */;
  /** The diagonal of D: 1 for the strongest direction. */
  readonly evening: Float64Array /* [dimension] */;
}

export interface ItemWeighting {
  /** An item has the weight (count + countFloor)^-weightExponent, similar to an inverse document frequency. */
  readonly weightExponent: number;
  /** Bounds the weights of items whose count is only noise. */
  readonly countFloor: number;
}

/** Weights of the items by their noisy counts. Equal counts give equal weights, which is no weighting at all. */
export function itemWeights(
  counts: Float64Array | Float32Array,
  { countFloor, weightExponent }: ItemWeighting,
): Float64Array {
  return Float64Array.from(counts, (count) => (Math.max(count, 0) + countFloor) ** -weightExponent);
}

/** Random orthonormal directions, and even strengths. */
export function startingSubspace(items: number, dimension: number, prng: Prng): Subspace {
  const directions = Float64Array.from({ length: items * dimension }, () => prng.gaussian());
  orthonormaliseColumns(directions, dimension);
  return { directions, evening: new Float64Array(dimension).fill(1) };
}

/** Counts 1/√n at each of a person's n items. The vector has length 1, so long histories do not weigh more. */
export function* countContributions(batch: readonly History[]): Generator<WrittenContribution> {
  for (const { items: indices } of batch) {
    yield { indices, values: new Float32Array(indices.length).fill(1 / Math.sqrt(indices.length)) };
  }
}

/** The contribution x_u ⊗ b_u, sparse: coordinate item x dimension + direction. */
export function subspaceContributions(
  weights: Float64Array,
  { directions, evening }: Subspace,
): (batch: readonly History[]) => Generator<WrittenContribution> {
  const k = evening.length;
  return function* (batch) {
    const projected = new Float64Array(k);
    for (const { items } of batch) {
      projected.fill(0);
      let rowSquare = 0;
      for (let position = 0; position < items.length; position++) {
        const item = items[position];
        const weight = weights[item];
        rowSquare += weight * weight;
        for (let j = 0; j < k; j++) projected[j] += weight * directions[item * k + j];
      }
      let square = 0;
      for (let j = 0; j < k; j++) {
        projected[j] *= evening[j];
        square += projected[j] * projected[j];
      }
      const scale = square > 0 ? 1 / Math.sqrt(rowSquare * square) : 0;
      const indices = new Uint32Array(items.length * k);
      const values = new Float32Array(items.length * k);
      for (let position = 0, at = 0; position < items.length; position++) {
        const item = items[position];
        const factor = weights[item] * scale;
        for (let j = 0; j < k; j++, at++) {
          indices[at] = item * k + j;
          values[at] = factor * projected[j];
        }
      }
      yield { indices, values };
    }
  };
}

/**
 * Positive-part James-Stein shrinkage of each item's row. A row slightly above the noise helps the histories that contain
 * nothing else more than the squared error of the row alone suggests, so less than the whole strength may be best. Works
 * in place.
 * @param noiseDeviation standard deviation of the noise in one number of the sum
 * @param strength share of the expected squared noise that a row loses
 */
export function shrinkRows(sum: Float64Array, k: number, noiseDeviation: number, strength: number): void {
  const expectedNoise = strength * (k * noiseDeviation * noiseDeviation);
  for (let base = 0; base < sum.length; base += k) {
    let square = 0;
    for (let j = 0; j < k; j++) square += sum[base + j] * sum[base + j];
    const kept = square > expectedNoise ? 1 - expectedNoise / square : 0;
    for (let j = 0; j < k; j++) sum[base + j] *= kept;
  }
}

/**
 * Left singular vectors of S D⁻¹, strongest first, and the D that balances them: strength^-1/2, relative to 1 for the
 * strongest. Overwrites the sum.
 * @param evening the D of the step whose sum this is
 */
export function principalSubspace(sum: Float64Array, evening: Float64Array): Subspace {
  const k = evening.length;
  for (let base = 0; base < sum.length; base += k) for (let j = 0; j < k; j++) sum[base + j] /= evening[j];
  const { values, vectors } = symmetricEigen(gram(sum, k), k);
  const strongest = Math.sqrt(Math.max(values[0], 0));
  // A direction without strength (all rows lost in the noise, or fewer persons than dimensions) stays zero.
  const floor = 1e-9 * strongest;
  const strengths = values.map((value) => Math.sqrt(Math.max(value, 0)));
  const rotation = new Float64Array(k * k);
  for (let r = 0; r < k; r++) {
    if (strengths[r] <= floor) continue;
    for (let j = 0; j < k; j++) rotation[j * k + r] = vectors[r * k + j] / strengths[r];
  }
  return {
    directions: Float64Array.from(multiply(sum, k, rotation, k)),
    evening: strengths.map((strength) => (strength <= floor ? 1 : Math.sqrt(strongest / strength))),
  };
}

/** Each item's vector for sums over histories: its weight and D included. */
export function weightedVectors({ directions, evening }: Subspace, weights: Float64Array): Float32Array {
  const k = evening.length;
  const out = new Float32Array(directions.length);
  for (let item = 0; item < weights.length; item++) {
    for (let j = 0; j < k; j++) out[item * k + j] = weights[item] * directions[item * k + j] * evening[j];
  }
  return out;
}
