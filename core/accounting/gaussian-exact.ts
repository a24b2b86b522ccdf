/**
 * The exact privacy of the Gaussian mechanism. Any composition of Gaussians is one Gaussian, so no orders and no grid are needed.
 * Balle and Wang 2018, Theorem 8; Dong, Roth and Su 2022 for the trade-off curve.
 * @module
 */
import { parameterInvalid } from './errors.ts';
import { millsRatio, normalDensity, normalTail, normalTailQuantile } from './special/normal.ts';

/** delta(epsilon) of N(mu, 1) against N(0, 1), for epsilon of either sign. Mills ratios avoid the cancellation of tails. */
export function gaussianDelta(mu: number, epsilon: number): number {
  if (mu === 0) return Math.max(0, -Math.expm1(epsilon));
  if (mu === Infinity) return 1;
  const near = epsilon / mu - mu / 2;
  const far = epsilon / mu + mu / 2;
  // exp(epsilon) density(far) = density(near), which removes the exponential that could overflow.
  if (near > 0) return normalDensity(near) * (millsRatio(near) - millsRatio(far));
  if (far < 0) return Math.max(0, normalTail(near) - Math.exp(epsilon) * normalTail(far));
  return Math.max(0, normalTail(near) - normalDensity(near) * millsRatio(far));
}

/** Least epsilon >= 0 with delta(epsilon) <= `delta`: the safe end of a bisection to a relative 1e-15. */
export function gaussianEpsilon(mu: number, delta: number): number {
  if (gaussianDelta(mu, 0) <= delta) return 0;
  if (delta === 0 || mu === Infinity) return Infinity;
  let high = mu * normalTailQuantile(Math.log(delta)) + (mu * mu) / 2;
  // The privacy loss exceeds this epsilon with probability delta, and delta(epsilon) is smaller than that.
  high = Math.max(high, Number.MIN_VALUE);
  let low = 0;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (gaussianDelta(mu, middle) > delta) low = middle;
    else high = middle;
  }
  return high;
}

/** Least noise multiplier with which one release is (epsilon, delta)-DP. */
export function gaussianNoiseMultiplier(epsilon: number, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw parameterInvalid('delta', delta, 'a number in (0, 1)');
  let low = 0;
  let high = 1;
  while (gaussianDelta(1 / high, epsilon) > delta) high *= 2;
  while (high - low > 1e-14 * high) {
    const middle = (low + high) / 2;
    if (gaussianDelta(1 / middle, epsilon) > delta) low = middle;
    else high = middle;
  }
  return high;
}

/** True positive rate of the best test at a false positive rate: Phi(mu - Phi^-1(1 - fpr)). */
export function gaussianTradeOff(mu: number, falsePositiveRate: number): number {
  if (falsePositiveRate <= 0) return 0;
  if (falsePositiveRate >= 1) return 1;
  return normalTail(normalTailQuantile(Math.log(falsePositiveRate)) - mu);
}
