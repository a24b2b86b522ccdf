/**
 * RDP of any Poisson-sampled mechanism, from the mechanism's own curve.
 *
 * Zhu and Wang 2019, "Poisson Subsampled Rényi Differential Privacy", Theorem 5, at integer orders; between them
 * (a - 1) RDP(a) is convex in a, so that the chord is an upper bound (Wang, Balle and Kasiviswanathan 2019, Corollary 10).
 * Never worse than no sampling at all.
 * @module
 */
import { logSumExp } from './rdp-subsampled-gaussian.ts';
import { logBinomial } from './special/gamma.ts';

export function poissonSampledRdp(order: number, rate: number, curve: (order: number) => number): number {
  if (rate === 0) return 0;
  if (rate === 1) return curve(order);
  const sampled = atIntegerOrders(order, (integer) => sampledAtInteger(integer, rate, curve));
  return Math.min(sampled, curve(order));
}

/** A curve known at integer orders >= 2, extended to all orders > 1 by convexity of (order - 1) x RDP. */
export function atIntegerOrders(order: number, curve: (order: number) => number): number {
  const floor = Math.floor(order);
  if (floor === order) return curve(order);
  const above = floor * curve(floor + 1);
  const below = floor === 1 ? 0 : (floor - 1) * curve(floor);
  return ((floor + 1 - order) * below + (order - floor) * above) / (order - 1);
}

function sampledAtInteger(order: number, rate: number, curve: (order: number) => number): number {
  if (order > 4096) return Infinity;
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const terms = new Float64Array(order);
  terms[0] = (order - 1) * logRest + Math.log(order * rate - rate + 1);
  terms[1] = curve(2) + logBinomial(order, 2) + 2 * logRate + (order - 2) * logRest;
  for (let l = 3; l <= order; l++) {
    terms[l - 1] = Math.log(3) + (l - 1) * curve(l) + logBinomial(order, l) + l * logRate + (order - l) * logRest;
  }
  return Math.max(0, logSumExp(terms)) / (order - 1);
}
