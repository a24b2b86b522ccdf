/**
 * A lower bound on the moments of the Poisson-sampled Gaussian at any order. No correct answer to a row may be below it. The
 * check uses it for rows whose figure is only an upper bound. This project accounts nothing with it.
 *
 * An observer that sees only the cell into which the output falls learns less. Let P be a cell's probability if the person may be
 * drawn, and Q if not. Then A(a) >= sum over the cells of Q (P / Q)^a (Jensen's inequality in each cell, which is the data
 * processing inequality). The P and the Q each sum to 1, so that A - 1 >= sum of Q ((P / Q)^a - 1 - a (P / Q - 1)). These terms
 * are nowhere negative, so that cells may be left out. The bound rests only on normal tails, at every order.
 * @module
 */
import { logOnePlusExp, logSumExp } from '../../accounting/log-space.ts';
import { logNormalTail } from '../../accounting/special/normal.ts';

/** Largest width of a cell, both in standard deviations of the noise and in the logarithm of the likelihood ratio. */
const WIDTH = 0.05;

/** A lower bound of log A at `order` > 1 for 0 < rate < 1. The cells cost less than 2 % up to order 11. */
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

/** log(r^a - 1 - a (r - 1)) for r = 1 + rate (exp(logDrawn) - 1). The argument of the logarithm is never negative. */
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

/** log of the probability that a standard normal is in [from, to]. */
function logNormalMass(from: number, to: number): number {
  const [near, far] = from >= 0 ? [from, to] : [-to, -from];
  const logNear = logNormalTail(near);
  return logNear + Math.log1p(-Math.exp(logNormalTail(far) - logNear));
}
