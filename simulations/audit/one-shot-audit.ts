/**
 * One-shot canaries for the shared model: random directions are added to the masked sums of every round, and the audit
 * looks for them in the sum of the rounds. The result is an estimate and never a bound (Andrew et al. 2023).
 * @module
 */
import { oneShotEstimate } from '../../core/audit/one-shot.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { spherePoint } from '../../core/release/sphere-cap.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AuditTerms } from './training-audit.ts';

export interface OneShotAudit {
  readonly canaries: number;
  readonly dimension: number;
  readonly rounds: number;
  readonly platforms: number;
  readonly provenEpsilon: number;
  /** Estimate for canaries that were in. */
  readonly estimate: number;
  /** Estimate for canaries that were out: the result of chance alone. */
  readonly chance: number;
}

const PLATFORMS = 3;
const ROUNDS = 2;
const DIMENSION = 4000;
const MOST_CANARIES = 500;

export function auditOneShot({ claimedEpsilon, delta, canaries: asked, seed }: AuditTerms): OneShotAudit {
  const canaries = Math.min(asked, MOST_CANARIES);
  const words = new RandomWords(seededRandom(`${seed} directions`));
  const directions = Array.from({ length: 2 * canaries }, () => Float32Array.from(spherePoint(DIMENSION, words)));
  const query = {
    label: 'round',
    dimension: DIMENSION,
    clip: 1,
    repetitions: ROUNDS,
    relativeNoise: 1,
    scope: 'federation',
  } as const;
  const names = Array.from({ length: PLATFORMS }, (_, i) => `p${i}`);
  const plan = planPrivacy({
    epsilon: claimedEpsilon,
    delta,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: 1,
    platforms: names.map((name) => ({ name, personsAbout: canaries, queries: [query] })),
  });
  const total = new Float64Array(DIMENSION);
  names.forEach((name, index) => {
    const [sum] = plan.sums[name];
    const people = directions
      .slice(0, canaries)
      .filter((_, canary) => canary % PLATFORMS === index)
      .map((values) => ({ values }));
    for (let round = 0; round < ROUNDS; round++) {
      const random = seededRandom(`${seed} one-shot ${name} ${round}`);
      const { integers } = discreteGaussian.bound(sum, people, random);
      discreteGaussian.addNoise(sum, integers, random).forEach((value, i) => (total[i] += value));
    }
  });
  const length = Math.hypot(...total);
  const cosines = Float64Array.from(directions, (direction) => {
    return direction.reduce((dot, value, i) => dot + value * total[i], 0) / length;
  });
  return {
    canaries,
    dimension: DIMENSION,
    rounds: ROUNDS,
    platforms: PLATFORMS,
    provenEpsilon: plan.epsilon ?? claimedEpsilon,
    estimate: oneShotEstimate(cosines.subarray(0, canaries), DIMENSION, delta),
    chance: oneShotEstimate(cosines.subarray(canaries), DIMENSION, delta),
  };
}
