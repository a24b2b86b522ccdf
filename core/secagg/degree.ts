/**
 * Chooses degree and threshold of the sparse graph for a declared threat model, by the production rule of Google's
 * federated-compute for Bell et al. (CCS 2020). test/secagg/vectors has its published rows.
 * @module
 */
import { fullSumThreshold } from './full-sums.ts';
import type { DegreeAndThreshold } from './full-sums.ts';
import { logFactorials, lowerQuantile, upperQuantile } from './hypergeometric.ts';

/**
 * `honest`: nobody colludes. `curious`: the coordinator follows the protocol. `semi-malicious`: the coordinator is honest
 * only in stage 0.
 */
export type SparseAdversary = 'honest' | 'curious' | 'semi-malicious';

export interface ThreatModel {
  readonly platforms: number;
  /** Fraction of platforms that may collude with the coordinator. */
  readonly corrupt: number;
  /** Fraction of platforms that may drop out. */
  readonly dropout: number;
  readonly adversary: SparseAdversary;
  /** Attempts that share one security bound. A withheld beacon opening uses up an attempt. Default 1. */
  readonly attempts?: number;
  /**
   * Every opened sum must hold all honest platforms but those that dropped out, whatever a semi-malicious coordinator does
   * (full-sums.ts). Noise that platforms add together needs that; the production rule alone does not promise it.
   */
  readonly fullSums?: boolean;
}

/** Security fails with probability below 2^-40, over all attempts together. */
export const SECURITY_BITS = 40;
/** An honest attempt fails for lack of shares with probability below 2^-20. */
export const CORRECTNESS_BITS = 20;
export const MOST_PLATFORMS = 1_000_000;

/** Tolerance for rounding: a share that is at most this much below a whole number of platforms counts as that number. */
const SMALL = 1e-14;

/** Reason why no graph, however dense, is secure under this threat model; null if one may be. */
export function infeasibleBecause(model: ThreatModel): string | null {
  const { platforms, corrupt, dropout, adversary } = model;
  if (!Number.isInteger(platforms) || platforms < 1 || platforms > MOST_PLATFORMS) {
    return `the number of platforms is ${platforms}; it must be an integer from 1 to ${MOST_PLATFORMS}`;
  }
  for (const [name, rate] of [
    ['corrupt', corrupt],
    ['dropout', dropout],
  ] as const) {
    if (!(rate >= 0 && rate < 1)) return `${name} is ${rate}; it must be at least 0 and below 1`;
  }
  if (adversary === 'honest') {
    if (corrupt > 0) return `corrupt is ${corrupt}, but an honest setting has no corrupt platforms: choose curious`;
  }
  const weight = adversary === 'semi-malicious' ? 2 : 1;
  const sum = corrupt + weight * dropout;
  if (sum > 0.9) {
    const formula = weight === 2 ? 'corrupt + 2 x dropout' : 'corrupt + dropout';
    return `${formula} = ${Number(sum.toFixed(6))} is above 0.9: too few honest platforms would remain`;
  }
  return null;
}

/**
 * The least even degree k, and its threshold t, for which the rule holds. Except with probability 2^-40 over all attempts, the
 * surviving honest platforms are connected and no platform has t corrupt neighbours. Except with probability 2^-20, every
 * platform has t surviving neighbours. Null if no k below n - 1 meets the rule (with `fullSums`, no k that leaves a ring
 * among the survivors): use the complete graph then.
 */
export function degreeAndThreshold(model: ThreatModel): DegreeAndThreshold | null {
  if (infeasibleBecause(model) !== null) return null;
  const n = model.platforms;
  const corrupt = Math.floor((model.corrupt + SMALL) * n);
  const dropped = Math.floor((model.dropout + SMALL) * n);
  const surviving = Math.ceil((1 - model.dropout - SMALL) * n);
  const logFactorial = logFactorials(n);
  // Each of the two bad events gets one half of the failure probability.
  const perEvent = 2 ** -(SECURITY_BITS + 1) / (model.attempts ?? 1);
  const ring = model.fullSums === true ? n - dropped : n;
  for (let degree = 2; degree < ring - 1; degree += 2) {
    if (logProbabilityDisconnected(n, degree, corrupt + dropped, logFactorial) >= Math.log(perEvent)) continue;
    const draw = { population: n, draws: degree, logFactorial };
    const corruptNeighbours = upperQuantile({ ...draw, marked: corrupt }, perEvent / n);
    // A corrupt neighbour gives shares of both kinds, an honest one of one kind. The coordinator lacks t shares of one kind as
    // long as corrupt + degree is below 2t.
    const below =
      model.adversary === 'semi-malicious' ? Math.ceil((corruptNeighbours + degree - 1.25) / 2) : corruptNeighbours;
    const survivors = lowerQuantile({ ...draw, marked: surviving }, 2 ** -CORRECTNESS_BITS / n) + 1;
    if (below >= survivors) continue;
    const threshold = Math.max(below + 1, 2);
    if (model.fullSums !== true) return { degree, threshold };
    const full = Math.max(threshold, fullSumThreshold(degree, corrupt));
    if (full <= survivors) return { degree, threshold: full };
  }
  return null;
}

/**
 * Log of an upper bound on the probability that the graph falls apart. A Harary graph falls apart only when k/2 successive
 * platforms of the ring are gone in each of two disjoint places; this is the union bound over such pairs of gaps.
 */
function logProbabilityDisconnected(n: number, degree: number, gone: number, logFactorial: Float64Array): number {
  if (degree > gone) return -Infinity;
  const logPairs = Math.log(n) + Math.log(n - degree - 1) - Math.log(2);
  return logPairs + logFactorial[gone] + logFactorial[n - degree] - logFactorial[n] - logFactorial[gone - degree];
}
