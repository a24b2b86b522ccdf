/**
 * Audits a whole plan in one run. Canary persons, each in or out by a fair coin, go through the real mechanism on
 * several platforms at once. An attacker with the view of the coordinator and one colluding platform guesses which
 * canaries were in.
 *
 * The attacker knows everything that the proof does not require to be secret: every canary's contribution and how it
 * was rounded, and the colluding platform's own noise. Its score is the log-likelihood ratio, the best score against
 * Gaussian noise. A contribution changes its sign in every release, so noise that is used twice cancels.
 * @module
 */
import type { RandomSource } from '../random/source.ts';
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import type { PlannedSum, PrivacyMechanism } from '../privacy/mechanism/mechanism.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { RandomWords } from '../random/random-words.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from './one-run.ts';
import type { Guesses } from './one-run.ts';

export interface CanaryAudit {
  /**
   * The plan under audit. Each sum needs at least canaries x shape.length coordinates: every canary has a block of its
   * own.
   */
  readonly plan: PrivacyPlan;
  readonly mechanism: PrivacyMechanism;
  /** m: number of canaries. */
  readonly canaries: number;
  /** Number of canaries to guess, half of them in and half out. It must be fixed before the scores are seen. */
  readonly guesses: number;
  /** A canary's contribution within its block, before clipping. */
  readonly shape: Float32Array;
  /** Number of platforms a canary is on. The colluding platform, which is the last, is never one of them. */
  readonly platformsPerCanary: number;
  /** 1 - confidence, for example 0.05. */
  readonly significance: number;
  /** Randomness of one platform for one release, from which the mechanism under audit draws. */
  readonly randomOf: (platform: string, label: string, repetition: number) => RandomSource;
  readonly coins: RandomSource;
}

export interface AttackResult extends Guesses {
  readonly attack: AttackName;
}

export interface AuditReport {
  /** Epsilon that the plan proves at its delta; null if it proves none. */
  readonly provenEpsilon: number | null;
  readonly delta: number;
  readonly confidence: number;
  readonly attacks: readonly AttackResult[];
  /** Lower bound on epsilon that holds for any mechanism. */
  readonly lowerBound: number;
  /** Lower bound on epsilon if the mechanism's trade-off curve is that of a Gaussian. */
  readonly gaussianLowerBound: number;
  /** True if a lower bound exceeds the proven epsilon. Then the mechanism or the proof is wrong. */
  readonly contradicted: boolean;
}

/**
 * `colluder` subtracts the colluder's own contribution. `shared-noise` also assumes that all platforms drew the
 * colluder's noise.
 */
export type AttackName = 'colluder' | 'shared-noise';
const ATTACKS: readonly AttackName[] = ['colluder', 'shared-noise'];

/**
 * @throws PrivacyError PRIVACY_BAD_PARAMETER for sums too small for the canaries, more guesses than canaries, or a plan
 * with sampling.
 */
export function auditPlan(audit: CanaryAudit): AuditReport {
  check(audit);
  const inside = drawCoins(audit);
  const scores = ATTACKS.map(() => new Float64Array(audit.canaries));
  const labels = new Map(Object.values(audit.plan.sums).flatMap((sums) => sums.map((sum) => [sum.label, sum])));
  for (const [label, { repetitions }] of labels) {
    for (let repetition = 1; repetition <= repetitions; repetition++)
      addScores(audit, label, repetition, inside, scores);
  }
  const attacks = ATTACKS.map((attack, i) => ({ attack, ...guessExtremes(scores[i], inside, audit.guesses) }));
  return report(audit, attacks);
}

/** The guesses of an attacker who has every coin wrong. A sound bound gives 0 for them. */
export function swappedLabels({ canaries, guesses, correct }: Guesses): Guesses {
  return { canaries, guesses, correct: guesses - correct };
}

function report(audit: CanaryAudit, attacks: readonly AttackResult[]): AuditReport {
  const { plan, significance } = audit;
  // The attacks share one error probability, so that the confidence holds for all of them together.
  const each = significance / attacks.length;
  const lowerBound = Math.max(...attacks.map((attack) => oneRunLowerBound(attack, each, plan.delta)));
  const gaussianLowerBound = Math.max(...attacks.map((attack) => gaussianOneRunLowerBound(attack, each, plan.delta)));
  return {
    provenEpsilon: plan.epsilon,
    delta: plan.delta,
    confidence: 1 - significance,
    attacks,
    lowerBound,
    gaussianLowerBound,
    contradicted: plan.epsilon !== null && Math.max(lowerBound, gaussianLowerBound) > plan.epsilon,
  };
}

interface PlatformRelease {
  readonly sum: PlannedSum;
  /** Every canary's integers after clipping and rounding, in its block. */
  readonly realised: Float64Array;
  /** The platform's output: the canaries that are in, and its noise. */
  readonly released: Float64Array;
  readonly noise: Float64Array;
}

/** Adds the log-likelihood ratio of one release to every canary's score, for each attack. */
function addScores(
  audit: CanaryAudit,
  label: string,
  repetition: number,
  inside: Uint8Array,
  scores: readonly Float64Array[],
): void {
  const names = Object.keys(audit.plan.sums);
  const released = names.flatMap((name, index) => {
    const sum = audit.plan.sums[name].find((candidate) => candidate.label === label);
    return sum === undefined ? [] : [releaseOf(audit, name, index, sum, repetition, inside)];
  });
  const [{ sum }] = released;
  if (sum.scope === 'platform') {
    for (const one of released.slice(0, -1)) score(audit, one.released, one.realised, sum.localVariance, scores);
    return;
  }
  const colluder = released[released.length - 1];
  const honest = released.slice(0, -1);
  const view = new Float64Array(sum.dimension);
  const realised = new Float64Array(sum.dimension);
  for (const one of honest) {
    for (let i = 0; i < view.length; i++) {
      view[i] += one.released[i];
      realised[i] += one.realised[i];
    }
  }
  const variance = Math.max(1, honest.length * sum.localVariance);
  score(audit, view, realised, variance, [scores[0]]);
  for (let i = 0; i < view.length; i++) view[i] -= honest.length * colluder.noise[i];
  score(audit, view, realised, variance, [scores[1]]);
}

function releaseOf(
  audit: CanaryAudit,
  platform: string,
  index: number,
  sum: PlannedSum,
  repetition: number,
  inside: Uint8Array,
): PlatformRelease {
  const { mechanism, shape, canaries } = audit;
  const random = audit.randomOf(platform, sum.label, repetition);
  const sign = repetition % 2 === 1 ? 1 : -1;
  const values = shape.map((value) => sign * value);
  const honest = Object.keys(audit.plan.sums).length - 1;
  const present = (canary: number): boolean => (index - canary + canaries * honest) % honest < audit.platformsPerCanary;
  const contributions = function* (): Generator<{ indices: Uint32Array; values: Float32Array }> {
    if (index === honest) return;
    for (let canary = 0; canary < canaries; canary++) {
      if (present(canary)) yield { indices: Uint32Array.from(shape, (_, i) => canary * shape.length + i), values };
    }
  };
  // Blocks do not overlap. So the sum over all canaries holds each one's own integers, and the canaries that are out
  // can be set to 0.
  const realised = mechanism.bound(sum, contributions(), random).integers;
  const data = Float64Array.from(realised, (value, i) => {
    const canary = Math.floor(i / shape.length);
    return canary < canaries && inside[canary] === 1 ? value : 0;
  });
  const released = mechanism.addNoise(sum, data, random);
  return { sum, realised, released, noise: released.map((value, i) => value - data[i]) };
}

/** log N(view; r, v) / N(view; 0, v) = (<view, r> - |r|^2 / 2) / v, block by block. */
function score(
  { canaries, shape }: CanaryAudit,
  view: Float64Array,
  realised: Float64Array,
  variance: number,
  scores: readonly Float64Array[],
): void {
  const weight = 1 / Math.max(1, variance);
  for (let canary = 0; canary < canaries; canary++) {
    let ratio = 0;
    for (let i = canary * shape.length; i < (canary + 1) * shape.length; i++) {
      ratio += realised[i] * (view[i] - realised[i] / 2);
    }
    for (const target of scores) target[canary] += ratio * weight;
  }
}

/**
 * Guesses "in" for the highest scores (half of the guesses) and "out" for the lowest. @param inside 1 for a canary that
 * is in.
 */
export function guessExtremes(scores: Float64Array, inside: Uint8Array, guesses: number): Guesses {
  const canaries = scores.length;
  const order = Uint32Array.from(scores, (_, canary) => canary).sort((a, b) => scores[b] - scores[a]);
  const high = Math.ceil(guesses / 2);
  let correct = 0;
  for (let rank = 0; rank < high; rank++) correct += inside[order[rank]];
  for (let rank = 0; rank < guesses - high; rank++) correct += 1 - inside[order[canaries - 1 - rank]];
  return { canaries, guesses, correct };
}

function drawCoins({ canaries, coins }: CanaryAudit): Uint8Array {
  const words = new RandomWords(coins);
  return Uint8Array.from({ length: canaries }, () => words.next() & 1);
}

function check({ plan, canaries, guesses, shape, platformsPerCanary, significance }: CanaryAudit): void {
  const platforms = Object.keys(plan.sums);
  const smallest = Math.min(...Object.values(plan.sums).flatMap((sums) => sums.map((sum) => sum.dimension)));
  const honest = platforms.length - 1;
  const needs: readonly (readonly [boolean, string])[] = [
    [honest >= 1, 'needs at least two platforms, of which one colludes'],
    [
      plan.samplingRate === 1,
      'its canaries are in all sums or in none, and the claim of a plan with sampling does not cover that',
    ],
    [
      smallest >= canaries * shape.length,
      `${canaries} canaries of ${shape.length} coordinates do not fit a sum of ${smallest}`,
    ],
    [guesses >= 1 && guesses <= canaries, `guesses must be 1 to ${canaries}, and are ${guesses}`],
    [
      platformsPerCanary >= 1 && platformsPerCanary <= honest,
      `canaries can be on 1 to ${honest} honest platforms, not ${platformsPerCanary}`,
    ],
    [significance > 0 && significance < 1, `significance must be between 0 and 1, and is ${significance}`],
  ];
  for (const [holds, need] of needs) if (!holds) throw new PrivacyError('PRIVACY_BAD_PARAMETER', `audit: ${need}`);
}
