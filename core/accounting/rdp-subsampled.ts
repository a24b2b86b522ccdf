/**
 * RDP of Poisson-sampled additive noise that is symmetric about 0, from the noise's own curve.
 *
 * For such noise (on integers: a discrete Gaussian, or a sum of them) x -> shift - x turns the output of one neighbour into that
 * of the other. Then removing a person is the worse direction (Mironov, Talwar and Zhang 2019, "Rényi Differential Privacy of
 * the Sampled Gaussian Mechanism", Theorem 5), and its binomial sum holds at integer orders with the noise's own moments.
 * Between integer orders (a - 1) RDP(a) is convex in a, so that the chord is an upper bound (Wang, Balle and Kasiviswanathan
 * 2019, Corollary 10). The result is never above the curve without sampling.
 * @module
 */
import { logExpm1, logOnePlusExp, logSumExp } from './log-space.ts';
import { logBinomial } from './special/gamma.ts';

/** Upper bound at `order` > 1 for additive symmetric noise whose own RDP is `curve`, sampled at `rate` in [0, 1]. */
export function symmetricSampledRdp(order: number, rate: number, curve: (order: number) => number): number {
  return binomialSampledRdp(order, rate, curve, 0);
}

/** The same for a weaker theorem, which multiplies the noise's moments from index 3 on by exp(`logFactor`). */
export function binomialSampledRdp(
  order: number,
  rate: number,
  curve: (order: number) => number,
  logFactor: number,
): number {
  if (rate === 0) return 0;
  if (rate === 1) return curve(order);
  const sampled = atIntegerOrders(order, (integer) => sampledAtInteger(integer, rate, curve, logFactor));
  return Math.min(sampled, curve(order));
}

/** Extends a curve that is known at integer orders >= 2 to all orders > 1, by convexity of (order - 1) x RDP. */
export function atIntegerOrders(order: number, curve: (order: number) => number): number {
  const floor = Math.floor(order);
  if (floor === order) return curve(order);
  const above = floor * curve(floor + 1);
  const below = floor === 1 ? 0 : (floor - 1) * curve(floor);
  return ((floor + 1 - order) * below + (order - floor) * above) / (order - 1);
}

/**
 * The bound at an integer order, from the binomial sum less 1. The first term (1 - q)^(a - 1) (a q - q + 1) is 1 minus the
 * binomial probabilities of 2, 3, ... Each of these is subtracted from the term it belongs to, so that nothing cancels for small
 * q.
 */
function sampledAtInteger(order: number, rate: number, curve: (order: number) => number, logFactor: number): number {
  if (order > 4096) return Infinity;
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const terms = new Float64Array(order - 1);
  for (let l = 2; l <= order; l++) {
    const growth = (l - 1) * curve(l) + (l === 2 ? 0 : logFactor);
    terms[l - 2] = logBinomial(order, l) + l * logRate + (order - l) * logRest + logExpm1(growth);
  }
  return logOnePlusExp(logSumExp(terms)) / (order - 1);
}
