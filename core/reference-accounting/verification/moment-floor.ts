/**
 * A lower bound on the moments of the Poisson-sampled Gaussian at any order: a floor under any answer to a row whose
 * figure is only an upper bound. Nothing is accounted with it here.
 *
 * Whoever sees of the output only in which of many cells it fell has less: with P a cell's probability where the person
 * may be drawn, and Q where not, A(a) >= sum over the cells of Q (P / Q)^a (Jensen's inequality in each cell; the data
 * processing inequality). The P and the Q each sum to 1, so that A - 1 >= sum of Q ((P / Q)^a - 1 - a (P / Q - 1)), whose
 * terms are nowhere negative: cells may be left out. Normal tails are all it rests on, at every order.
 * @module
 */
import { logOnePlusExp, logSumExp } from '../../accounting/log-space.ts';
import { logNormalTail } from '../../accounting/special/normal.ts';

/** Of a cell, in standard deviations of the noise, and in the logarithm of the likelihood ratio. */
const WIDTH = 0.05;

/** At most log A at `order` > 1 for 0 < rate < 1, and below it by what the cells cost: under 2 % up to order 11. */
export function leastLogMoment(order: number, rate: number, noiseMultiplier: number): number {
  const width = WIDTH * Math.min(1, noiseMultiplier);
  const cells = Math.ceil((order / noiseMultiplier + 20) / width);
  const terms = Float64Array.from({ length: cells }, (_, cell) => {
    const from = cell * width - 10;
    const logQ = logNormalMass(from, from + width);
    const logDrawn = logNormalMass(from - 1 / noiseMultiplier, from + width - 1 / noiseMultiplier) - logQ;
    return logQ + logExcess(order, logDrawn, rate);
  });
  return logOnePlusExp(logSumExp(terms));
}

/** log(r^a - 1 - a (r - 1)) of r = 1 + rate (exp(logDrawn) - 1): never negative before the logarithm. */
function logExcess(order: number, logDrawn: number, rate: number): number {
  const logRatio =
    logDrawn > 30
      ? logDrawn + Math.log(rate) + Math.log1p(((1 - rate) / rate) * Math.exp(-logDrawn))
      : Math.log1p(rate * Math.expm1(logDrawn));
  const power = order * logRatio;
  if (power > 600) return power + Math.log1p(-Math.exp(Math.log(order) + logRatio - power));
  const excess = Math.expm1(power) - order * Math.expm1(logRatio);
  return excess > 0 ? Math.log(excess) : -Infinity;
}

/** log of a standard normal's probability of [from, to]. */
function logNormalMass(from: number, to: number): number {
  const [near, far] = from >= 0 ? [from, to] : [-to, -from];
  const logNear = logNormalTail(near);
  return logNear + Math.log1p(-Math.exp(logNormalTail(far) - logNear));
}
