/**
 * One-shot canaries: an estimate of epsilon, not a bound. Canaries are random directions that the audit puts into training.
 * The estimate uses their cosines with the vector that training released. Andrew, Kairouz, Oh, Oprea, McMahan and
 * Suriyakumar (2023), "One-shot Empirical Privacy Estimation for Federated Learning". Canaries that were out have cosines
 * N(0, 1/D). The estimator fits a Gaussian to the cosines of those that were in, and returns the epsilon at which these two
 * Gaussians can be told apart.
 * @module
 */
import { normalTail } from '../accounting/special/normal.ts';

/**
 * @param cosines of the canaries that were in.
 * @param dimension D of the released vector. It must be large, so that the cosines of canaries that were out are
 * Gaussian.
 */
export function oneShotEstimate(cosines: Float64Array, dimension: number, delta: number): number {
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const variance = cosines.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / (cosines.length - 1);
  // In units of the standard deviation of canaries that were out.
  const mu = mean * Math.sqrt(dimension);
  const sigma = Math.sqrt(variance * dimension);
  let low = 0;
  let high = 1;
  const distinguished = (epsilon: number): boolean =>
    Math.max(excess(mu, sigma, epsilon), excess(-mu / sigma, 1 / sigma, epsilon)) > delta;
  if (!distinguished(0)) return 0;
  while (distinguished(high) && high < 1e6) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (distinguished(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** delta(epsilon) of P = N(mu, sigma^2) over Q = N(0, 1): P[A] - e^epsilon Q[A] on A = {log P/Q > epsilon}. */
function excess(mu: number, sigma: number, epsilon: number): number {
  // log P/Q - epsilon = a x^2 + b x + c
  const a = 0.5 - 1 / (2 * sigma * sigma);
  const b = mu / (sigma * sigma);
  const c = -Math.log(sigma) - (mu * mu) / (2 * sigma * sigma) - epsilon;
  const mass = (from: number, to: number): number =>
    normalTail((from - mu) / sigma) -
    normalTail((to - mu) / sigma) -
    Math.exp(epsilon) * (normalTail(from) - normalTail(to));
  if (Math.abs(a) < 1e-12) {
    const root = -c / b;
    return b === 0 ? 0 : b > 0 ? mass(root, Infinity) : mass(-Infinity, root);
  }
  const discriminant = b * b - 4 * a * c;
  if (discriminant <= 0) return a > 0 ? Math.max(0, 1 - Math.exp(epsilon)) : 0;
  const [one, two] = [(-b - Math.sqrt(discriminant)) / (2 * a), (-b + Math.sqrt(discriminant)) / (2 * a)];
  const [left, right] = one < two ? [one, two] : [two, one];
  return a > 0 ? mass(-Infinity, left) + mass(right, Infinity) : mass(left, right);
}
