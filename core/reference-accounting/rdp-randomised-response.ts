/**
 * Exact RDP of k-ary randomised response, by a sum over the answers.
 * @module
 */
import { logSumExp } from '../accounting/log-space.ts';
import type { RandomisedResponse } from './reference-event.ts';

export function randomisedResponseRdp(order: number, event: RandomisedResponse): number {
  const { noiseProbability: p, buckets: k } = event;
  if (k === 1 || p === 1) return 0;
  if (p === 0) return Infinity;
  if (event.neighbours === 'replace-one') {
    // (truth, lie) against (lie, truth), and k - 2 answers that are equally likely under both.
    const ratio = Math.log(k / p - k + 1);
    return (
      logSumExp(
        Float64Array.of(
          Math.log(p / k) + order * ratio,
          Math.log(1 - p + p / k) - order * ratio,
          k > 2 ? Math.log((1 - 2 / k) * p) : -Infinity,
        ),
      ) /
      (order - 1)
    );
  }
  const truth = Math.log(k * (1 - p) + p);
  const lie = Math.log(p);
  const logMean = (power: number): number =>
    logSumExp(Float64Array.of(power * truth - Math.log(k), power * lie + Math.log1p(-1 / k)));
  return Math.max(logMean(order), logMean(1 - order)) / (order - 1);
}
