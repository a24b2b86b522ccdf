/**
 * RDP of Gaussian noise, and of one discrete Gaussian.
 * @module
 */

/** Mironov 2017, Proposition 7: order / (2 z^2), for the noise multiplier z in units of the L2 sensitivity. */
export function gaussianRdp(order: number, noiseMultiplier: number): number {
  if (noiseMultiplier === 0) return Infinity;
  return order / (2 * noiseMultiplier * noiseMultiplier);
}

/**
 * Canonne, Kamath and Steinke 2020, Proposition 5 and Theorem 15: on integers, independent discrete Gaussians of parameter sigma
 * cost no more than continuous ones of standard deviation sigma.
 */
export function discreteGaussianRdp(order: number, sigma: number, sensitivity: number): number {
  return sensitivity === 0 ? 0 : gaussianRdp(order, sigma / sensitivity);
}
