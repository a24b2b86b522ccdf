/**
 * RDP of any Poisson-sampled mechanism, from the mechanism's own curve: Zhu and Wang 2019, "Poisson Subsampled Rényi
 * Differential Privacy", Theorem 5, at integer orders, with chords between them. The result is never above the curve without
 * sampling.
 * @module
 */
import { binomialSampledRdp } from '../accounting/rdp-subsampled.ts';

/** Upper bound at `order` > 1 for a mechanism whose own RDP is `curve`, sampled at `rate` in [0, 1]. */
export function poissonSampledRdp(order: number, rate: number, curve: (order: number) => number): number {
  return binomialSampledRdp(order, rate, curve, Math.log(3));
}
