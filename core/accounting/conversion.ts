/**
 * Converts a Rényi bound to (epsilon, delta).
 *
 * Canonne, Kamath and Steinke 2020, Proposition 12: (a, r)-RDP gives, for every delta,
 * epsilon = r + log(1 - 1/a) - (log(delta) + log(a)) / (a - 1); and, for every epsilon,
 * delta = exp((a - 1)(r - epsilon)) / (a - 1) * (1 - 1/a)^a.
 * @module
 */

/**
 * True if RDP `rho`, at whichever order, gives (0, `delta`)-DP by itself. It bounds the Kullback-Leibler divergence KL, and the
 * total variation is at most sqrt(1 - exp(-KL)) (Bretagnolle and Huber).
 */
export function isIndistinguishable(rho: number, delta: number): boolean {
  return delta * delta + Math.expm1(-rho) >= 0;
}

/** epsilon at `delta` from RDP `rho` at order `order` > 1. A negative result means 0. */
export function epsilonFromRdp(order: number, rho: number, delta: number): number {
  if (delta === 0) return Infinity;
  return rho + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
}

/** Natural logarithm of delta at `epsilon` from RDP `rho` at order `order` > 1. A positive result means delta = 1. */
export function logDeltaFromRdp(order: number, rho: number, epsilon: number): number {
  if (!Number.isFinite(rho)) return Infinity;
  return (order - 1) * (rho - epsilon + Math.log1p(-1 / order)) - Math.log(order);
}
