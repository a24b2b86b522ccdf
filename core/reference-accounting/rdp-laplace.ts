/**
 * RDP of pure mechanisms: Laplace, discrete Laplace, exponential, and those of which only epsilon-DP is known.
 * @module
 */
import { logOnePlusExp } from '../accounting/log-space.ts';

/** Mironov 2017, Proposition 6. @param scale in units of the L1 sensitivity. */
export function laplaceRdp(order: number, scale: number): number {
  if (scale === 0) return Infinity;
  const epsilon = 1 / scale;
  if (order === 1) return epsilon + Math.expm1(-epsilon);
  const share = ((order - 1) * Math.expm1(epsilon * (1 - 2 * order))) / (2 * order - 1);
  return epsilon + Math.log1p(share) / (order - 1);
}

/** RDP of the two-point pair that dominates every epsilon-DP mechanism: binary randomised response (Mironov 2017, Prop. 5). */
export function pureRdp(order: number, epsilon: number): number {
  if (epsilon === Infinity) return Infinity;
  if (order === 1) return epsilon * Math.tanh(epsilon / 2);
  // With p = e^eps / (1 + e^eps): A = p^a (1 - p)^(1 - a) + (1 - p)^a p^(1 - a), and
  // A - 1 = e^(eps (a - 1)) (1 - e^(-eps (a - 1))) (1 - e^(-eps a)) / (1 + e^-eps), where nothing cancels.
  const factor = (Math.expm1(-epsilon * (order - 1)) * Math.expm1(-epsilon * order)) / (1 + Math.exp(-epsilon));
  if (factor === 0) return 0;
  const logExcess = epsilon * (order - 1) + Math.log(factor);
  return logOnePlusExp(logExcess) / (order - 1);
}

/**
 * RDP of bounded-range mechanisms such as the exponential mechanism: the smaller of the bound by Dong, Durfee and Rogers 2020,
 * "Optimal Differential Privacy Composition for Exponential Mechanisms", and the bound from epsilon-DP.
 */
export function exponentialRdp(order: number, epsilon: number): number {
  if (epsilon === 0) return 0;
  const t = epsilon / Math.expm1(epsilon);
  // The offset is -epsilon^4 / 576 + ... For a tiny epsilon it would be lost in cancellation; 0 is above it, hence safe.
  const offset = epsilon < 1e-3 ? 0 : t - 1 - Math.log(t) - (epsilon * epsilon) / 8;
  return Math.min(offset + (epsilon * epsilon * order) / 8, pureRdp(order, epsilon));
}
