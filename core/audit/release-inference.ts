/**
 * How well a target tells two representations apart by their codes: eps0 measured beside eps0 proven. A person with and
 * without one interaction, or two persons, are two representations; eps0-local DP bounds every such pair.
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
  /** Codes drawn of each; half choose the threshold, half are judged. */
  readonly draws: number;
  /** 1 - confidence. */
  readonly significance: number;
  readonly random: RandomSource;
}

export interface CodeInferenceResult {
  /** Lower bound on eps0 at the confidence; 0 for a mode that releases nothing. */
  readonly lowerBound: number;
  /** Share of codes of `one` that the attacker recognises, and of `other` that it takes for `one`. */
  readonly recognised: number;
  readonly mistaken: number;
}

/** The attacker's score: how far a code lies from the one towards the other. */
export function inferFromCodes(inference: CodeInference): CodeInferenceResult {
  const { draws, significance } = inference;
  if (!Number.isInteger(draws) || draws < 4 || !(significance > 0 && significance < 1)) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', 'code inference needs 4 draws and a significance in (0, 1)');
  }
  const ones = scores(inference, inference.one);
  const others = scores(inference, inference.other);
  if (ones === null || others === null) return { lowerBound: 0, recognised: 0, mistaken: 0 };
  const half = Math.floor(draws / 2);
  const threshold = bestThreshold(ones.subarray(0, half), others.subarray(0, half));
  const judged = draws - half;
  const hits = ones.subarray(half).filter((score) => score >= threshold).length;
  const alarms = others.subarray(half).filter((score) => score >= threshold).length;
  // Each of the two rates is off with half the error: P[one in A] <= e^eps0 P[other in A].
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

/** Greatest log ratio of the two rates, each with one added to its count. */
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
