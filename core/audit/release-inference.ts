/**
 * Measures how well a target tells two representations apart by their codes: eps0 measured beside eps0 proven. The two
 * can be one person with and without an interaction, or two persons. eps0-local DP bounds every such pair.
 * @module
 */
import type { RandomSource } from '../random/source.ts';
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import type { ReleaseMode } from '../release/release.ts';
import { clopperPearsonUpper } from './one-run.ts';

export interface CodeInference {
  readonly mode: Pick<ReleaseMode, 'release'>;
  readonly one: Float32Array;
  readonly other: Float32Array;
  /** Number of codes drawn for each representation. Half of them choose the threshold, the other half are judged. */
  readonly draws: number;
  /** 1 - confidence. */
  readonly significance: number;
  readonly random: RandomSource;
}

export interface CodeInferenceResult {
  /** Lower bound on eps0 at the confidence; 0 for a mode that releases nothing. */
  readonly lowerBound: number;
  /** Share of the codes of `one` that the attacker recognises. */
  readonly recognised: number;
  /** Share of the codes of `other` that the attacker takes for codes of `one`. */
  readonly mistaken: number;
}

/**
 * Tests codes of both representations. The attacker's score is larger the further a code lies from `other` towards
 * `one`.
 */
export function inferFromCodes(inference: CodeInference): CodeInferenceResult {
  const { draws, significance } = inference;
  if (!Number.isInteger(draws) || draws < 4 || !(significance > 0 && significance < 1)) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', 'code inference: at least 4 draws, and a significance in (0, 1)');
  }
  const ones = scores(inference, inference.one);
  const others = scores(inference, inference.other);
  if (ones === null || others === null) return { lowerBound: 0, recognised: 0, mistaken: 0 };
  const half = Math.floor(draws / 2);
  const threshold = bestThreshold(ones.subarray(0, half), others.subarray(0, half));
  const judged = draws - half;
  const hits = ones.subarray(half).filter((score) => score >= threshold).length;
  const alarms = others.subarray(half).filter((score) => score >= threshold).length;
  // The two rates share the error probability. They bound eps0 by P[one in A] <= e^eps0 P[other in A].
  const missed = clopperPearsonUpper(judged - hits, judged, significance / 2);
  const alarmed = clopperPearsonUpper(alarms, judged, significance / 2);
  return {
    lowerBound: Math.max(0, Math.log((1 - missed) / alarmed)),
    recognised: hits / judged,
    mistaken: alarms / judged,
  };
}

function scores({ mode, one, other, draws, random }: CodeInference, representation: Float32Array): Float64Array | null {
  const all = new Float64Array(draws);
  const [u, v] = [unit(one), unit(other)];
  for (let draw = 0; draw < draws; draw++) {
    const code = mode.release(representation, random);
    if (code === null) return null;
    all[draw] = code.reduce((sum, value, i) => sum + value * (u[i] - v[i]), 0);
  }
  return all;
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}

/**
 * The score with the greatest log ratio of the two rates. The count of false alarms is raised by 1 + sqrt(n) / 4, so
 * that a threshold with few alarms by chance is not chosen.
 */
function bestThreshold(ones: Float64Array, others: Float64Array): number {
  const [high, low] = [ones.slice().sort(), others.slice().sort()];
  let best = -Infinity;
  let threshold = Infinity;
  let below = 0;
  high.forEach((score, rank) => {
    while (below < low.length && low[below] < score) below += 1;
    const ratio = Math.log((high.length - rank) / (low.length - below + Math.sqrt(low.length) / 4 + 1));
    if (ratio > best) [best, threshold] = [ratio, score];
  });
  return threshold;
}
