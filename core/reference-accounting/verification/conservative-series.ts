/**
 * A published conservative series, by which this module recognises figures that another project computed with it.
 *
 * For fractional orders the two-sided series of Mironov, Talwar and Zhang 2019 (Section 3.3) has binomial coefficients of
 * alternating sign. dp_accounting adds their absolute values, which gives an upper bound: near order 1 it is up to a few per cent
 * above the exact Rényi divergence. This project accounts nothing with it.
 * @module
 */
import { logSumExp } from '../../accounting/log-space.ts';
import { logGamma } from '../../accounting/special/gamma.ts';
import { logNormalTail } from '../../accounting/special/normal.ts';

/** log of the series with absolute values, at a fractional order. */
export function conservativeLogMoment(order: number, rate: number, noiseMultiplier: number): number {
  const variance = noiseMultiplier * noiseMultiplier;
  const meeting = variance * Math.log(1 / rate - 1) + 0.5;
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const terms: number[] = [];
  let previous = [-Infinity, -Infinity];
  for (let i = 0; i < 1000; i++) {
    const j = order - i;
    const logCoefficient = logGamma(order + 1) - logGamma(i + 1) - logAbsoluteGamma(j + 1);
    const here = [
      logCoefficient +
        i * logRate +
        j * logRest +
        (i * i - i) / (2 * variance) +
        logNormalTail((i - meeting) / noiseMultiplier),
      logCoefficient +
        j * logRate +
        i * logRest +
        (j * j - j) / (2 * variance) +
        logNormalTail((meeting - j) / noiseMultiplier),
    ];
    terms.push(...here);
    const total = logSumExp(Float64Array.from(terms));
    if (here[0] < previous[0] && here[1] < previous[1] && Math.max(...here) < total - 30) return total;
    previous = here;
  }
  return Infinity;
}

/** log |Gamma(x)|, by reflection below 0. */
function logAbsoluteGamma(x: number): number {
  if (x > 0) return logGamma(x);
  return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
}
