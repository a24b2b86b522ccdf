/**
 * The logarithm of the gamma function, and functions that are computed from it.
 * @module
 */

/** Coefficients B_2k / (2k (2k - 1)) of Stirling's series, with the Bernoulli numbers B_2k. */
const STIRLING = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
] as const;

const HALF_LOG_TWO_PI = 0.91893853320467274178;

/** log Gamma(x) for x > 0, absolute error below 1e-13 x max(1, |log Gamma(x)|). Stirling's series after shifting x above 15. */
export function logGamma(x: number): number {
  if (x <= 0) return x === 0 ? Infinity : NaN;
  if (x === 1 || x === 2) return 0;
  let shift = 1;
  let at = x;
  while (at < 15) {
    shift *= at;
    at += 1;
  }
  return stirling(at) + stirlingSeries(at) - Math.log(shift);
}

/** log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), without cancellation for large x. */
export function stirlingRemainder(x: number): number {
  return x >= 15 ? stirlingSeries(x) : logGamma(x) - stirling(x);
}

function stirling(x: number): number {
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI;
}

function stirlingSeries(x: number): number {
  const square = 1 / (x * x);
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * square + STIRLING[k];
  return series / x;
}

/** log of the binomial coefficient, n >= k >= 0. */
export function logBinomial(n: number, k: number): number {
  const small = Math.min(k, n - k);
  if (small < 0) return -Infinity;
  if (small <= 64) {
    // A product of ratios keeps the relative accuracy that a difference of large logarithms would lose.
    let coefficient = 1;
    for (let i = 1; i <= small; i++) coefficient *= (n - small + i) / i;
    if (Number.isFinite(coefficient)) return Math.log(coefficient);
  }
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
