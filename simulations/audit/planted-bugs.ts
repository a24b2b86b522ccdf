/**
 * Mechanisms with a planted bug, and the settings in which the bug shows. An audit that does not notice these bugs
 * would notice nothing.
 * @module
 */
import type { Contribution, PlannedSum, PrivacyMechanism, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { RandomSource } from '../../core/random/source.ts';

export const PLANTED_BUGS = [
  'second-clip-missing',
  'noise-once',
  'equal-seeds',
  'halved-noise',
  'counted-once',
  'noise-off',
  'labels-swapped',
] as const;
export type PlantedBug = (typeof PLANTED_BUGS)[number];

/** The audited mechanism and everything that a bug changes about it. */
export interface AuditedSetting {
  readonly summary: string;
  readonly mechanism: PrivacyMechanism;
  /** A canary's contribution, in a block of its own. */
  readonly shape: Float32Array;
  readonly canaries: number;
  /** Number of releases by one platform alone, and of masked sums. */
  readonly repetitions: { readonly platform: number; readonly federation: number };
  /** M of the plan. */
  readonly planned: number;
  readonly platformsPerCanary: number;
  readonly randomOf: (platform: string, label: string, repetition: number) => RandomSource;
  /** Changes a plan without changing what it claims. */
  readonly bend: (plan: PrivacyPlan) => PrivacyPlan;
  /** True if the guesses are judged against the wrong coins. */
  readonly swapped: boolean;
}

/** The setting of the mechanism as it is, or with a bug. @param seed of all randomness. */
export function auditedSetting(bug: PlantedBug | null, canaries: number, seed: string): AuditedSetting {
  const sound: AuditedSetting = {
    summary: 'the mechanism as it is',
    mechanism: discreteGaussian,
    shape: Float32Array.of(1),
    canaries,
    repetitions: { platform: 1, federation: 2 },
    planned: 2,
    platformsPerCanary: 2,
    randomOf: (platform, label, repetition) => seededRandom(`${seed} ${platform} ${label} ${repetition}`),
    bend: (plan) => plan,
    swapped: false,
  };
  const rounds = { platform: 0, federation: 4 };
  switch (bug) {
    case null:
      return sound;
    case 'halved-noise':
      return { ...sound, summary: 'half the noise that was planned', mechanism: halvedNoise };
    case 'noise-off':
      return { ...sound, summary: 'no noise at all', mechanism: noiseOff };
    case 'labels-swapped':
      return { ...sound, summary: 'judged against the wrong coins: there is nothing to find', swapped: true };
    case 'noise-once':
      return {
        ...sound,
        summary: 'noise drawn once per run and used in every round',
        repetitions: rounds,
        randomOf: (platform, label) => seededRandom(`${seed} ${platform} ${label}`),
      };
    case 'equal-seeds':
      return {
        ...sound,
        summary: 'the same seed on all platforms',
        repetitions: rounds,
        randomOf: (_, label, repetition) => seededRandom(`${seed} ${label} ${repetition}`),
      };
    case 'counted-once':
      return { ...sound, summary: 'persons on three platforms counted once', planned: 1, platformsPerCanary: 3 };
    case 'second-clip-missing':
      return {
        ...sound,
        summary: 'clipped only in floating point; rounding swells small contributions',
        mechanism: withoutIntegerClip,
        shape: new Float32Array(COARSE_BLOCK).fill(1 / Math.sqrt(COARSE_BLOCK)),
        // A canary takes a hundred coordinates here, so fewer canaries are used.
        canaries: Math.min(canaries, 2000),
        repetitions: { platform: 0, federation: 1 },
        planned: 1,
        platformsPerCanary: 1,
        bend: coarse,
      };
  }
}

/** The queries of an audited plan. */
export function auditedQueries({ canaries, shape, repetitions }: AuditedSetting): SumQuery[] {
  return (['platform', 'federation'] as const)
    .filter((scope) => repetitions[scope] > 0)
    .map((scope) => ({
      label: scope,
      dimension: canaries * shape.length,
      clip: 1,
      repetitions: repetitions[scope],
      relativeNoise: 1,
      scope,
    }));
}

const COARSE_BLOCK = 100;

const halvedNoise: PrivacyMechanism = {
  ...discreteGaussian,
  name: 'halved noise',
  addNoise: (sum, integers, random) =>
    discreteGaussian.addNoise({ ...sum, localVariance: Math.ceil(sum.localVariance / 4) }, integers, random),
};

const noiseOff: PrivacyMechanism = {
  ...discreteGaussian,
  name: 'noise off',
  addNoise: (_sum, integers) => Float64Array.from(integers),
};

/** Clips and rounds in floating point, without the integer clip. */
export const withoutIntegerClip: PrivacyMechanism = {
  ...discreteGaussian,
  name: 'second clip missing',
  bound(sum: PlannedSum, contributions: Iterable<Contribution>, random: RandomSource) {
    const words = new RandomWords(random);
    const integers = new Float64Array(sum.dimension);
    for (const contribution of contributions) {
      const { indices, values } = writtenOut(contribution, sum.dimension);
      const factor = Math.min(sum.scale, sum.integerClip / Math.hypot(...values));
      values.forEach((value, i) => {
        const scaled = value * factor;
        const low = Math.floor(scaled);
        integers[indices?.[i] ?? i] += words.next() < (scaled - low) * 2 ** 32 ? low + 1 : low;
      });
    }
    return { integers, zeroed: 0, clamped: 0 };
  },
};

/** Makes integers so small that rounding swells them: K = 1 over a hundred coordinates. */
export function coarse(plan: PrivacyPlan): PrivacyPlan {
  const sums = Object.entries(plan.sums).map(([name, planned]) => {
    const coarsened = planned.map((sum) => {
      const integerSensitivity = sum.integerSensitivity / sum.integerClip;
      const localVariance = Math.ceil((sum.noiseMultiplier * integerSensitivity) ** 2 / sum.noiseShares);
      return { ...sum, scale: 1, integerClip: 1, integerSensitivity, localVariance };
    });
    return [name, coarsened] as const;
  });
  return { ...plan, sums: Object.fromEntries(sums) };
}
