/**
 * The loss of an example: how likely its positives are among negatives, by the products of the person's vector z with the
 * items' vectors w. For a positive i and negatives N,
 *
 *   ℓ_i = -log softmax_{j in {i} ∪ N}(z · w_j / temperature - logQ_j)_i,
 *
 * and the example's loss is the mean of ℓ_i. Covington, Adams and Sargin, RecSys 2016, section 3; the correction by logQ:
 * Yi et al., RecSys 2019, eq. 3.
 * @module
 */
import type { Arithmetic, Reals } from '../../network/arithmetic.ts';

export const NEARNESSES = ['product', 'distance'] as const;
export type Nearness = (typeof NEARNESSES)[number];

export interface Softmax {
  /** [dimension] */
  readonly z: Reals;
  /** Vectors of the positives, then of the negatives [candidates, dimension]. */
  readonly w: Reals;
  readonly positives: number;
  /** Correction of each candidate; infinity excludes a negative. */
  readonly logQ: Float64Array;
  readonly temperature: number;
  /** `distance` puts -|z - w|²/2 in the place of z · w. */
  readonly nearness: Nearness;
}

export interface SoftmaxSlopes {
  readonly loss: number;
  readonly dz: Reals;
  readonly dw: Reals;
}

/** The loss of one example, with its slopes by z [dimension] and by w [candidates, dimension]. */
export function softmaxLoss(
  arithmetic: Arithmetic,
  { logQ, nearness, positives, temperature, w, z }: Softmax,
): SoftmaxSlopes {
  const dimension = z.length;
  const candidates = w.length / dimension;
  const own = nearness === 'distance' ? 0.5 : 0;
  const logits = Float64Array.from({ length: candidates }, (_, j) => {
    let near = 0;
    // |z|² is the same for all candidates and leaves the softmax as it is.
    for (let i = 0; i < dimension; i++) near += (z[i] - own * w[j * dimension + i]) * w[j * dimension + i];
    return near / temperature - logQ[j];
  });
  /** Slopes of the loss by the logits. */
  const slopes = new Float64Array(candidates);
  let loss = 0;
  const share = 1 / positives;
  for (let i = 0; i < positives; i++) {
    let largest = logits[i];
    for (let j = positives; j < candidates; j++) largest = Math.max(largest, logits[j]);
    let total = Math.exp(logits[i] - largest);
    for (let j = positives; j < candidates; j++) total += Math.exp(logits[j] - largest);
    const likely = Math.exp(logits[i] - largest) / total;
    loss -= share * Math.log(likely);
    slopes[i] += share * (likely - 1);
    for (let j = positives; j < candidates; j++) slopes[j] += (share * Math.exp(logits[j] - largest)) / total;
  }
  const dz = arithmetic.zeros(dimension);
  const dw = arithmetic.zeros(w.length);
  for (let j = 0; j < candidates; j++) {
    const slope = slopes[j] / temperature;
    for (let i = 0; i < dimension; i++) {
      dz[i] += slope * w[j * dimension + i];
      dw[j * dimension + i] = slope * (z[i] - 2 * own * w[j * dimension + i]);
    }
  }
  return { loss, dz, dw };
}
