import assert from 'node:assert/strict';
import { guessExtremes } from '../../core/audit/canary-audit.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from '../../core/audit/one-run.ts';
import type { Contribution, PlannedSum } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { epsilonKnowingCoins, plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const CANARIES = 12_000;
const GUESSES = 800;
const ROUNDS = 2;
const HONEST = ['a', 'b', 'c'];

function planOf(epsilon: number, sampling: number): PrivacyPlan {
  const round = { label: 'round', dimension: CANARIES, clip: 2, repetitions: ROUNDS, relativeNoise: 1 } as const;
  return planPrivacy({
    epsilon,
    delta: 1e-6,
    colluding: 1,
    dropouts: 0,
    maxPlatformsPerPerson: 2,
    sampling,
    platforms: [...HONEST, 'colluder'].map((name) => ({
      name,
      personsAbout: CANARIES,
      queries: [{ ...round, scope: 'federation' }],
    })),
  });
}

interface Attack {
  readonly coins: 'as planned' | 'all heads';
  /** True if the attacker sees who was drawn. */
  readonly knows: boolean;
}

/** Canaries on two of three honest platforms, each with its own coordinate, through the mechanism's own coins. */
function measure(made: PrivacyPlan, { coins, knows }: Attack) {
  const words = new RandomWords(seededRandom('in or out'));
  const inside = Uint8Array.from({ length: CANARIES }, () => words.next() & 1);
  const scores = new Float64Array(CANARIES);
  for (let round = 1; round <= ROUNDS; round++) {
    const view = new Float64Array(CANARIES);
    const drawn = new Float64Array(CANARIES);
    HONEST.forEach((platform, index) => {
      const sum = plannedSum(made, platform, 'round');
      const random = seededRandom(`${platform} ${round}`);
      const { integers } = discreteGaussian.bound(tossed(sum, coins), contributionsOf(index), random);
      const data = integers.map((integer, canary) => integer * inside[canary]);
      integers.forEach((integer, canary) => (drawn[canary] += integer));
      discreteGaussian.addNoise(sum, data, random).forEach((value, canary) => (view[canary] += value));
    });
    const { integerClip, localVariance, sampling } = plannedSum(made, 'a', 'round');
    const q = sampling!.rate;
    /** log N(seen; shift, v) / N(seen; 0, v). */
    const ratio = (seen: number, shift: number): number =>
      (shift * (seen - shift / 2)) / (HONEST.length * localVariance);
    view.forEach((seen, canary) => {
      const [one, two] = [ratio(seen, integerClip), ratio(seen, 2 * integerClip)];
      const mixture = (1 - q) ** 2 + 2 * q * (1 - q) * Math.exp(one) + q ** 2 * Math.exp(two);
      scores[canary] += knows ? ratio(seen, drawn[canary]) : Math.log(mixture);
    });
  }
  const guesses = guessExtremes(scores, inside, GUESSES);
  return {
    lowerBound: oneRunLowerBound(guesses, 0.05, made.delta),
    gaussianLowerBound: gaussianOneRunLowerBound(guesses, 0.05, made.delta),
  };
}

/** All canaries of a platform contribute. Those that are out are removed after the coins, the clip and the rounding. */
function contributionsOf(platform: number): Contribution[] {
  const here = Array.from({ length: CANARIES }, (_, i) => i).filter((i) => (i + platform) % HONEST.length < 2);
  return here.map((canary) => ({ indices: Uint32Array.of(canary), values: Float32Array.of(1) }));
}

function tossed(sum: PlannedSum, coins: Attack['coins']): PlannedSum {
  const { sampling, ...everybody } = sum;
  return coins === 'as planned' && sampling !== undefined ? sum : everybody;
}

describe('audit of drawn persons', () => {
  for (const epsilon of [2, 4]) {
    it(`never contradicts a claimed epsilon of ${epsilon}; who knows the coins tells more, within what is proven of them`, () => {
      for (const rate of [0.1, 0.3]) {
        const made = planOf(epsilon, rate);
        const secret = measure(made, { coins: 'as planned', knows: false });
        assert.ok(Math.max(secret.lowerBound, secret.gaussianLowerBound) <= made.epsilon!, JSON.stringify(secret));
        const known = measure(made, { coins: 'as planned', knows: true });
        assert.ok(known.lowerBound > 1.5 * secret.lowerBound && known.lowerBound > epsilon / 6, JSON.stringify(known));
        assert.ok(known.gaussianLowerBound <= epsilonKnowingCoins(made, 1)!, JSON.stringify(known));
      }
    });

    it(`catches coins that are never tossed at a claimed epsilon of ${epsilon}`, () => {
      const made = planOf(epsilon, 0.1);
      const found = measure(made, { coins: 'all heads', knows: false });
      assert.ok(found.gaussianLowerBound > 1.1 * made.epsilon!, JSON.stringify(found));
    });
  }
});
