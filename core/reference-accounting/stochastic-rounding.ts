/**
 * The sensitivity that rounding to integers adds if no clip follows it, and the finest rounding that fits the modulus (Kairouz,
 * Liu and Steinke 2021). This project clips again after rounding, which saves this cost; the formulas are for comparison.
 * @module
 */

/** Theorem 1, equation 2: L2 bound of a vector of norm `l2` after stochastic rounding, conditional unless `beta` is 0. */
export function roundedL2Bound(l2: number, dimension: number, beta: number): number {
  const always = l2 + Math.sqrt(dimension);
  if (beta === 0) return always;
  const conditional = Math.sqrt(
    l2 * l2 + dimension / 4 + Math.sqrt(2 * Math.log(1 / beta)) * (l2 + Math.sqrt(dimension) / 2),
  );
  return Math.min(always, conditional);
}

export interface ScaleRequest {
  readonly localSigma: number;
  readonly clip: number;
  readonly bits: number;
  readonly clients: number;
  readonly dimension: number;
  /** Number of standard deviations of an aggregate coordinate that must fit in half the modulus. */
  readonly deviations: number;
}

/** Section 4.4: the largest scale 1 / gamma for which 2^bits = 2 k sqrt((c n)^2 / d + (gamma^2 / 4 + sigma^2) n) / gamma. */
export function largestScale(request: ScaleRequest): number {
  const { localSigma, clip, bits, clients, dimension, deviations } = request;
  const room = 4 ** bits - clients * deviations * deviations;
  return (
    Math.sqrt(Math.max(0, room)) /
    (2 * deviations * Math.sqrt((clip * clients) ** 2 / dimension + clients * localSigma * localSigma))
  );
}
