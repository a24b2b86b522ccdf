/**
 * RDP of the Poisson-sampled Gaussian, exact at every order.
 *
 * The larger of the two directions is (Mironov, Talwar and Zhang 2019, Theorem 4)
 *
 *     A(a) = E over y ~ N(0, 1) of (1 + u(y))^a,   u(y) = q (exp(y / z - 1 / (2 z^2)) - 1),
 *
 * and RDP = log A / (a - 1). Since E u = 0, A - 1 = E[(1 + u)^a - 1 - a u], whose integrand is nowhere negative: nothing
 * cancels, even if A - 1 is only 1e-12. Integer orders are a finite binomial sum. At fractional orders the known
 * two-sided series (Section 3.3 there) converges slower than i^-a, and some implementations lose its sign. This module uses the
 * trapezoidal rule on the line, which converges exponentially for such integrands (Trefethen and Weideman 2014, Theorem 5.1).
 * @module
 */
import { logExpm1, logOnePlusExp, logSumExp } from './log-space.ts';
import { logBinomial } from './special/gamma.ts';

/**
 * log A at `order` > 1 for sampling rate q in [0, 1] and noise multiplier z. Exact at integer orders up to 1024, and elsewhere for
 * order <= 1024 z; beyond that the upper bound without sampling.
 */
export function logMoment(order: number, rate: number, noiseMultiplier: number): number {
  if (rate === 0) return 0;
  if (noiseMultiplier === 0) return Infinity;
  const unsampled = (order * (order - 1)) / (2 * noiseMultiplier * noiseMultiplier);
  if (rate === 1) return unsampled;
  if (Number.isInteger(order) && order <= 1024) return logMomentInteger(order, rate, noiseMultiplier);
  // No order this large converts to a small epsilon. Sampling no longer helps there, so the unsampled bound is good enough.
  return order / noiseMultiplier > 1024 ? unsampled : logMomentFractional(order, rate, noiseMultiplier);
}

/** Upper bound on the Rényi divergence of order `order` > 1. */
export function subsampledGaussianRdp(order: number, rate: number, noiseMultiplier: number): number {
  return logMoment(order, rate, noiseMultiplier) / (order - 1);
}

/** A - 1 = sum over i >= 2 of binomial(a, i) q^i (1 - q)^(a - i) (exp((i^2 - i) / (2 z^2)) - 1). */
function logMomentInteger(order: number, rate: number, noiseMultiplier: number): number {
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const terms = new Float64Array(order - 1);
  for (let i = 2; i <= order; i++) {
    const exponent = (i * i - i) / (2 * noiseMultiplier * noiseMultiplier);
    terms[i - 2] = logBinomial(order, i) + i * logRate + (order - i) * logRest + logExpm1(exponent);
  }
  return logOnePlusExp(logSumExp(terms));
}

/** The sum leaves out values of the integrand that are below exp(-DROP) times the largest. */
const DROP = 48;

function logMomentFractional(order: number, rate: number, z: number): number {
  // The zero of 1 + u nearest to the real line has imaginary part pi z, so the integrand is analytic in a strip of that half
  // width. The trapezoidal error is about exp(-2 pi * pi z / step), or exp(-2 pi^2 / step^2) from the Gaussian itself.
  const step = Math.min(0.5, 0.4 * z);
  const integrand = (y: number): number => logIntegrand(y, order, rate, z);
  // Beyond the range the integrand is negligible: on the left by the Gaussian, on the right by the one shifted by order / z.
  const first = Math.floor(-10 / step);
  const last = Math.ceil((order / z + 10) / step);
  const stride = Math.max(1, Math.floor(0.25 / step));
  let largest = -Infinity;
  for (let i = first; i <= last; i += stride) largest = Math.max(largest, integrand(i * step));
  let sum = 0;
  for (let block = first; block <= last; block += stride) {
    // The logarithm of the integrand changes by less than DROP within a block of width 1/4, so blocks far below the largest value
    // are skipped.
    if (stride > 1 && integrand(block * step) < largest - 2 * DROP) continue;
    for (let i = block; i < Math.min(block + stride, last + 1); i++) {
      const value = integrand(i * step);
      if (value > largest - DROP) sum += Math.exp(value - largest);
    }
  }
  return logOnePlusExp(largest + Math.log(sum * step) - 0.91893853320467274178);
}

/** log of exp(-y^2 / 2) ((1 + u)^a - 1 - a u). */
function logIntegrand(y: number, order: number, rate: number, z: number): number {
  const exponent = y / z - 1 / (2 * z * z);
  const kernel = (-y * y) / 2;
  if (exponent > 30) {
    const logOnePlusU = exponent + Math.log(rate) + Math.log1p(((1 - rate) / rate) * Math.exp(-exponent));
    const power = order * logOnePlusU;
    // The logarithm of a q exp(exponent), the large part of the subtrahend 1 + a u.
    const taken = exponent + Math.log(order * rate);
    if (power > taken + 40) return kernel + power;
    const rest = 1 - Math.exp(taken - power) - (1 - order * rate) * Math.exp(-power);
    return rest > 0 ? kernel + power + Math.log(rest) : -Infinity;
  }
  const u = rate * Math.expm1(exponent);
  const small = Math.abs(u) * Math.max(1, order) < 1e-3;
  if (small) {
    // Taylor: a (a - 1) / 2 u^2 (1 + (a - 2) u / 3 (1 + (a - 3) u / 4 (1 + ...)))
    let series = 1;
    for (let k = 7; k >= 3; k--) series = 1 + (((order - k + 1) * u) / k) * series;
    return kernel + Math.log(((order * (order - 1)) / 2) * u * u * series);
  }
  const power = order * Math.log1p(u);
  if (power > 600) return kernel + power;
  const value = Math.expm1(power) - order * u;
  return value > 0 ? kernel + Math.log(value) : -Infinity;
}
