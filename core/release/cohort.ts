/**
 * Cohorts: a person's code is the nearest of K prototypes, released by k-ary randomised response (Kairouz, Oh and
 * Viswanath 2014, "Extremal Mechanisms for Local Differential Privacy"): the true code with probability e^eps0 /
 * (e^eps0 + K - 1), each other code with 1 / (e^eps0 + K - 1). This is pure eps0-LDP, whatever the prototypes are.
 *
 * The target sees the prototypes themselves. The source makes them by noisy k-means on the sphere, through charged
 * sums: each person adds its unit direction and a count to one cluster's block, a vector of norm 1.
 * @module
 */
import type { RandomSource } from '../random/source.ts';
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import type { ChargedSums, SumQuery, WrittenContribution } from '../privacy/mechanism/mechanism.ts';
import { RandomWords } from '../random/random-words.ts';
import { unitDirection } from './privunit.ts';
import { spherePoint, uniform } from './sphere-cap.ts';

export const PROTOTYPES_LABEL = 'cohort/prototypes';

export interface PrototypeSettings {
  /** K: number of prototypes. */
  readonly cohorts: number;
  readonly dimension: number;
  /** Passes over the persons. Each pass is one charged sum. */
  readonly passes: number;
  /** Noise relative to the plan's other sums, as in {@link SumQuery}. */
  readonly relativeNoise: number;
}

/** Length of the count in a person's vector of norm 1. The direction has the rest of the norm. */
const COUNT_PART = 0.25;
const DIRECTION_PART = Math.sqrt(1 - COUNT_PART * COUNT_PART);

/** The sums that the training of prototypes will ask for. */
export function prototypeQueries({
  cohorts,
  dimension,
  passes,
  relativeNoise,
}: PrototypeSettings): readonly SumQuery[] {
  return [
    {
      label: PROTOTYPES_LABEL,
      dimension: cohorts * (dimension + 1),
      clip: 1,
      repetitions: passes,
      relativeNoise,
      scope: 'platform',
    },
  ];
}

/**
 * Trains K unit vectors, row-major, from persons' representations by `passes` charged sums.
 * @param representations starts a new iteration over the persons for each pass.
 * @param random draws public starting points, never noise.
 */
export async function trainPrototypes(
  settings: PrototypeSettings,
  representations: () => Iterable<Float32Array>,
  sums: ChargedSums,
  random: RandomSource,
): Promise<Float32Array> {
  const { cohorts, dimension, passes } = settings;
  const words = new RandomWords(random);
  const prototypes = new Float32Array(cohorts * dimension);
  for (let k = 0; k < cohorts; k++) prototypes.set(spherePoint(dimension, words), k * dimension);
  for (let pass = 0; pass < passes; pass++) {
    const released = await sums.release(
      PROTOTYPES_LABEL,
      prototypeContributions(prototypes, dimension, representations()),
    );
    move(prototypes, released, dimension, sums.noiseDeviation(PROTOTYPES_LABEL), words);
  }
  return prototypes;
}

/** One block per person: [count, direction], of norm 1. Empty for a person without a direction. */
export function* prototypeContributions(
  prototypes: Float32Array,
  dimension: number,
  representations: Iterable<Float32Array>,
): Generator<WrittenContribution> {
  for (const representation of representations) {
    const direction = unitDirection(representation);
    if (direction === undefined) {
      yield { indices: new Uint32Array(0), values: new Float32Array(0) };
      continue;
    }
    const start = nearest(prototypes, dimension, representation) * (dimension + 1);
    const values = new Float32Array(dimension + 1);
    values[0] = COUNT_PART;
    for (let i = 0; i < dimension; i++) values[i + 1] = DIRECTION_PART * direction[i];
    yield { indices: Uint32Array.from(values, (_, i) => start + i), values };
  }
}

/**
 * Moves each prototype to the direction of its block. A prototype whose count is below the noise restarts beside the
 * prototype with the largest count.
 */
function move(
  prototypes: Float32Array,
  released: Float64Array,
  dimension: number,
  noiseDeviation: number,
  words: RandomWords,
): void {
  const cohorts = prototypes.length / dimension;
  const counts = Float64Array.from({ length: cohorts }, (_, k) => released[k * (dimension + 1)] / COUNT_PART);
  const fullest = counts.indexOf(Math.max(...counts));
  const least = Math.max(1, (4 * noiseDeviation) / COUNT_PART);
  const filled = counts.map((count) => (count >= least ? 1 : 0));
  for (const origin of [1, 0]) {
    for (let k = 0; k < cohorts; k++) {
      if (filled[k] !== origin) continue;
      const block = released.subarray(k * (dimension + 1) + 1, (k + 1) * (dimension + 1));
      const source =
        origin === 1 ? block : beside(prototypes.subarray(fullest * dimension, (fullest + 1) * dimension), words);
      const direction = unitDirection(Float32Array.from(source));
      if (direction !== undefined) prototypes.set(direction, k * dimension);
    }
  }
}

function beside(prototype: Float32Array, words: RandomWords): Float64Array {
  const side = spherePoint(prototype.length, words);
  return side.map((value, i) => prototype[i] + 0.5 * value);
}

/** Index of the prototype with the greatest inner product. It is the nearest one because all prototypes have norm 1. */
export function nearest(prototypes: Float32Array, dimension: number, vector: Float32Array): number {
  let best = 0;
  let greatest = -Infinity;
  for (let k = 0; k * dimension < prototypes.length; k++) {
    let product = 0;
    for (let i = 0; i < dimension; i++) product += prototypes[k * dimension + i] * vector[i];
    if (product > greatest) {
      greatest = product;
      best = k;
    }
  }
  return best;
}

/** Probability e^eps0 / (e^eps0 + K - 1) of the true code. @throws PrivacyError PRIVACY_BAD_PARAMETER */
export function truthProbability(cohorts: number, epsilon0: number): number {
  if (!Number.isInteger(cohorts) || cohorts < 2) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', `cohort: needs at least 2 prototypes, and has ${cohorts}`);
  }
  if (!(epsilon0 > 0 && epsilon0 <= 64)) {
    throw new PrivacyError(
      'PRIVACY_BAD_PARAMETER',
      `cohort: epsilon0 must be above 0 and at most 64, and is ${epsilon0}`,
    );
  }
  return 1 / (1 + (cohorts - 1) * Math.exp(-epsilon0));
}

/** Draws the code that k-ary randomised response gives for the true code. */
export function randomisedResponse(truth: number, cohorts: number, epsilon0: number, random: RandomSource): number {
  const words = new RandomWords(random);
  if (uniform(words) < truthProbability(cohorts, epsilon0)) return truth;
  const other = words.below(cohorts - 1);
  return other >= truth ? other + 1 : other;
}
