/**
 * Audits a whole plan in one run: canary persons, each in or out by a fair coin, go through the real mechanism on several
 * platforms at once; an attacker with the view of the coordinator and one colluding platform tells who was in.
 *
 * The attacker has everything that the proof does not count on being secret: every canary's contribution, how it was
 * rounded, the colluding platform's own noise. Its score is the log-likelihood ratio that is best against Gaussian noise.
 * Contributions turn their sign every release, so that noise that is used again cancels.
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
  /** Its sums must have canaries x shape.length coordinates at least: every canary has a block of its own. */
  readonly plan: PrivacyPlan;
  readonly mechanism: PrivacyMechanism;
  /** m. */
  readonly canaries: number;
  /** How many to guess, half in and half out; settled beforehand. */
  readonly guesses: number;
  /** A canary's contribution in its block, before any clip. */
  readonly shape: Float32Array;
  /** How many platforms a canary is on; never the colluding one, which is the last. */
  readonly platformsPerCanary: number;
  /** 1 - confidence, e.g. 0.05. */
  readonly significance: number;
  /** Randomness of one platform for one release: what the mechanism under audit draws from. */
  readonly randomOf: (platform: string, label: string, repetition: number) => RandomSource;
  readonly coins: RandomSource;
}

export interface AttackResult extends Guesses {
  readonly attack: AttackName;
}

export interface AuditReport {
  /** What the plan proves at its delta; null where it proves nothing. */
  readonly provenEpsilon: number | null;
  readonly delta: number;
  readonly confidence: number;
  readonly attacks: readonly AttackResult[];
  /** Holds for any mechanism. */
  readonly lowerBound: number;
  /** Holds under the hypothesis that the mechanism's trade-off curve is a Gaussian's. */
  readonly gaussianLowerBound: number;
  /** A lower bound above the proven epsilon: something is wrong with the mechanism or with the proof. */
  readonly contradicted: boolean;
}

/** `colluder`: subtract what the colluder added. `shared-noise`: also suppose that the others drew the same noise. */
export type AttackName = 'colluder' | 'shared-noise';
const ATTACKS: readonly AttackName[] = ['colluder', 'shared-noise'];

/** @throws PrivacyError PRIVACY_BAD_PARAMETER for sums too small for the canaries, guesses beyond them, or a sampled plan. */
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

/** The same guesses with the coins turned over: a sound bound gives 0. */
export function swappedLabels({ canaries, guesses, correct }: Guesses): Guesses {
  return { canaries, guesses, correct: guesses - correct };
}

function report(audit: CanaryAudit, attacks: readonly AttackResult[]): AuditReport {
  const { plan, significance } = audit;
  // Several attacks, one confidence: each gets its part of the error.
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
  /** Every canary's realised integers, in its block. */
  readonly realised: Float64Array;
  /** What the platform puts out: canaries that are in, and its noise. */
  readonly released: Float64Array;
  readonly noise: Float64Array;
}

/** Adds what one release tells to every canary's score, for each attack. */
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
  // Blocks do not overlap, so the sum over all holds every canary's own integers, and those that are out are cut.
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

/** The highest half of the guesses are called in, the lowest half out. @param inside 1: in. */
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
      'its canaries are in all sums or in none, which a plan with sampled persons claims nothing of',
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
