/**
 * RDP of a sum of discrete Gaussians, one drawn by each platform. Such a sum is not a discrete Gaussian, but very nearly one
 * (Kairouz, Liu and Steinke 2021, "The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure Aggregation",
 * Theorem 9 and Proposition 14).
 * @module
 */
import type { DistributedDiscreteGaussian } from './accountant.ts';

/**
 * tau = 10 sum_{k=1}^{H-1} exp(-2 pi^2 sigma^2 k / (k + 1)). It bounds, per coordinate and at every point, the log ratio between
 * the sum of H discrete Gaussians of parameter sigma and one discrete Gaussian of parameter sqrt(H) sigma. The bound holds for
 * sigma >= 1/2; for a smaller sigma and H > 1 the result is Infinity.
 */
export function discretenessGap(localSigma: number, shares: number): number {
  if (shares > 1 && localSigma < 0.5) return Infinity;
  let sum = 0;
  for (let k = 1; k < shares; k++) {
    sum += Math.exp(-2 * Math.PI * Math.PI * localSigma * localSigma * (k / (k + 1)));
  }
  return 10 * sum;
}

/** The least of the three bounds of Proposition 14. */
export function distributedDiscreteGaussianRdp(order: number, event: DistributedDiscreteGaussian): number {
  if (event.sensitivity === 0) return 0;
  const tau = discretenessGap(event.localSigma, event.shares);
  const central = event.localSigma * Math.sqrt(event.shares);
  const l2 = event.sensitivity / central;
  const l1 = (event.sensitivityL1 ?? integerL1Bound(event.sensitivity, event.dimension)) / central;
  return Math.min(
    (order / 2) * l2 * l2 + tau * event.dimension,
    (order / 2) * (l2 * l2 + 2 * l1 * tau + tau * tau * event.dimension),
    (order / 2) * (l2 + tau * Math.sqrt(event.dimension)) ** 2,
  );
}

/** An integer vector of L2 norm at most `l2` has L1 norm at most min(l2^2, l2 sqrt(dimension)). */
export function integerL1Bound(l2: number, dimension: number): number {
  return Math.min(l2 * l2, l2 * Math.sqrt(dimension));
}
