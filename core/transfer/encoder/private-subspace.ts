/**
 * Item vectors by private subspace iteration: the leading right singular vectors of the weighted person-item matrix,
 * from noisy sums only (Hardt and Price, "The noisy power method", NeurIPS 2014; person-level contributions as in Chien
 * et al., "Private alternating least squares", ICML 2021).
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
 * Every quantity here depends on persons only through the released sums, so the result may be used in anything that
 * leaves.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';
import type { ChargedSums, Contribution, SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { Prng } from '../../random/prng.ts';
import type { RandomSource } from '../../random/source.ts';
import { TransferError } from '../errors.ts';
import { gram, multiply } from '../linear-algebra/products.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { orthonormaliseColumns } from '../linear-algebra/thin-qr.ts';
import type { ItemVectors } from './item-vectors.ts';

export interface SubspaceSettings {
  /** Length of an item's vector: 3 to 32. */
  readonly dimension: number;
  /** Steps of the iteration. Each step is one charged sum. */
  readonly steps: number;
  /** Share of the budget (of zero-concentrated DP) for the item counts. The steps share the rest evenly. */
  readonly countShare: number;
  /** An item has the weight (count + countFloor)^-weightExponent, similar to an inverse document frequency. */
  readonly weightExponent: number;
  /** Bounds the weights of items whose count is only noise. */
  readonly countFloor: number;
}

export const subspaceDefaults: SubspaceSettings = {
  dimension: 8,
  steps: 3,
  countShare: 0.03,
  weightExponent: 0.5,
  countFloor: 10,
};

const countsLabel = 'encoder/counts';
const stepLabel = 'encoder/subspace';

/**
 * The charged sums of one platform.
 * @param items most items the catalogue may have.
 * @param share of the strategy's whole budget that this encoder may take.
 */
export function subspaceQueries(items: number, settings: SubspaceSettings, share = 1): readonly SumQuery[] {
  const { dimension, steps, countShare } = settings;
  return [
    {
      label: countsLabel,
      dimension: items,
      clip: 1,
      repetitions: 1,
      relativeNoise: 1 / Math.sqrt(share * countShare),
      scope: 'platform',
    },
    {
      label: stepLabel,
      dimension: items * dimension,
      clip: 1,
      repetitions: steps,
      relativeNoise: 1 / Math.sqrt((share * (1 - countShare)) / steps),
      scope: 'platform',
    },
  ];
}

export interface SubspaceProgress {
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * @param items catalogue size, at most that of the queries: coordinates beyond it are noise, and left aside.
 * @param random for the public starting directions only.
 * @throws TransferError TRANSFER_CANCELLED if the signal is aborted.
 */
export async function trainSubspace(
  interactions: Interactions,
  items: number,
  settings: SubspaceSettings,
  sums: ChargedSums,
  random: RandomSource,
  progress: SubspaceProgress = {},
): Promise<ItemVectors> {
  const k = settings.dimension;
  const counts = (await sums.release(countsLabel, countContributions(interactions))).subarray(0, items);
  const weights = counts.map((count) => (Math.max(count, 0) + settings.countFloor) ** -settings.weightExponent);
  const prng = Prng.fromSource(random);
  let directions: Float64Array = Float64Array.from({ length: items * k }, () => prng.gaussian());
  orthonormaliseColumns(directions, k);
  let evening: Float64Array = new Float64Array(k).fill(1);
  for (let step = 0; step < settings.steps; step++) {
    if (progress.signal?.aborted === true) {
      throw new TransferError('TRANSFER_CANCELLED', 'training of the encoder was cancelled');
    }
    const released = await sums.release(stepLabel, subspaceContributions(interactions, weights, directions, evening));
    const sum = released.subarray(0, items * k);
    shrinkRows(sum, k, sums.noiseDeviation(stepLabel));
    ({ directions, evening } = principalDirections(sum, k, evening));
    progress.onProgress?.((step + 1) / settings.steps);
  }
  return { dimension: k, vectors: weightedVectors(directions, weights, evening) };
}

/** Counts 1/√n at each of a person's n items. The vector has length 1, so long histories do not weigh more. */
export function* countContributions(interactions: Interactions): Generator<Contribution> {
  for (let person = 0; person + 1 < interactions.offsets.length; person++) {
    const indices = interactions.items.subarray(interactions.offsets[person], interactions.offsets[person + 1]);
    yield { indices, values: new Float32Array(indices.length).fill(1 / Math.sqrt(indices.length)) };
  }
}

/** The contribution x_u ⊗ b_u, sparse: coordinate item x dimension + direction. */
export function* subspaceContributions(
  interactions: Interactions,
  weights: Float64Array,
  directions: Float64Array,
  evening: Float64Array,
): Generator<Contribution> {
  const k = evening.length;
  const projected = new Float64Array(k);
  for (let person = 0; person + 1 < interactions.offsets.length; person++) {
    const from = interactions.offsets[person];
    const to = interactions.offsets[person + 1];
    projected.fill(0);
    let rowSquare = 0;
    for (let position = from; position < to; position++) {
      const item = interactions.items[position];
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
    const indices = new Uint32Array((to - from) * k);
    const values = new Float32Array((to - from) * k);
    for (let position = from, at = 0; position < to; position++) {
      const item = interactions.items[position];
      const factor = weights[item] * scale;
      for (let j = 0; j < k; j++, at++) {
        indices[at] = item * k + j;
        values[at] = factor * projected[j];
      }
    }
    yield { indices, values };
  }
}

/**
 * Positive-part James-Stein shrinkage of each item's row, at a quarter of its strength. A row slightly above the noise
 * helps the histories that contain nothing else more than the squared error of the row alone suggests. Works in place.
 */
function shrinkRows(sum: Float64Array, k: number, noiseDeviation: number): void {
  const expectedNoise = (k * noiseDeviation * noiseDeviation) / 4;
  for (let base = 0; base < sum.length; base += k) {
    let square = 0;
    for (let j = 0; j < k; j++) square += sum[base + j] * sum[base + j];
    const kept = square > expectedNoise ? 1 - expectedNoise / square : 0;
    for (let j = 0; j < k; j++) sum[base + j] *= kept;
  }
}

/**
 * Left singular vectors of S D⁻¹, strongest first, and the D that balances them: strength^-1/2, relative to 1 for the
 * strongest.
 */
function principalDirections(
  sum: Float64Array,
  k: number,
  evening: Float64Array,
): { readonly directions: Float64Array; readonly evening: Float64Array } {
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

function weightedVectors(directions: Float64Array, weights: Float64Array, evening: Float64Array): Float32Array {
  const k = evening.length;
  const out = new Float32Array(directions.length);
  for (let item = 0; item < weights.length; item++) {
    for (let j = 0; j < k; j++) out[item * k + j] = weights[item] * directions[item * k + j] * evening[j];
  }
  return out;
}
