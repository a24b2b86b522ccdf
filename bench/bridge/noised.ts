/**
 * The same map as masked, noised sums would make it. The source makes its numbers through noisy sums of its own; every other target
 * adds each linked person's outer product of numbers and history, at length 1. One epsilon covers both.
 */
import { DiscreteGaussian } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import type { WrittenContribution } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encodeHistory } from '../../core/transfer/encoder/item-vectors.ts';
import { sharedSubspaceMethod } from '../../core/transfer/encoder/shared-subspace.ts';
import { itemWeights, shrinkRows, weightedVectors } from '../../core/transfer/encoder/subspace-iteration.ts';
import { trainSubspace } from '../federation/subspace.ts';
import { historyAt, localsOf } from './scorers.ts';
import type { Score } from './scorers.ts';
import type { Cut } from './persons.ts';
import { unitRows } from './words.ts';

const ROUNDS = 2;
/** Exponents by which an item's numbers lose their length: popular items are long. */
export const LENGTHS = [0.5, 0.7, 1] as const;

export interface Noised {
  readonly scores: readonly Score[];
  /** Root mean square of a coordinate of the opened sum, and the deviation of its noise. */
  readonly signal: number;
  readonly noise: number;
}

/** @param epsilon null without noise. */
export function noisedMap({ pair, elsewhere }: Cut, dimension: number, epsilon: number | null, seed: string): Noised {
  const { source, target, others } = pair;
  const { common } = target;
  if (common.kind !== 'ids') throw new Error('a map over ids alone');
  const training = { ...sharedSubspaceMethod, dimension, rounds: ROUNDS };
  // Everything of one person is one composition: the source's rounds, its counts and one sum of the targets.
  const space = trainSubspace(
    [source],
    source.catalogue.length,
    training,
    { epsilon, delta: 1e-6, noise: 'shares', seed },
    1,
  );
  const vectors = { vectors: weightedVectors(space, itemWeights(space.counts, training)), dimension };
  const numbers = new Float32Array(source.persons.length * dimension);
  for (let row = 0; row < source.persons.length; row++) {
    numbers.set(encodeHistory(historyAt(source, row), vectors), row * dimension);
  }
  unitRows(numbers, dimension);
  const k = dimension;
  const plan = planPrivacy({
    epsilon,
    delta: 1e-6,
    colluding: 1,
    dropouts: others.length >= 4 ? 1 : 0,
    maxPlatformsPerPerson: 1,
    platforms: others.map(({ domain }, t) => ({
      name: domain.name,
      personsAbout: Math.max(100, Math.ceil(elsewhere[t].length / 100) * 100),
      queries: [
        {
          label: 'sum',
          clip: 1,
          relativeNoise: 1,
          scope: 'federation',
          dimension: common.size * k,
          repetitions: ROUNDS + 1,
        },
      ],
    })),
  });
  const random = seededRandom(`${seed}/bridge`);
  const total = new Float64Array(common.size * k);
  others.forEach(({ domain }, t) => {
    const [planned] = plan.sums[domain.name];
    const contributions = localsOf({ ...pair, others: [others[t]] }, [elsewhere[t]]).map(
      (local): WrittenContribution => {
        const indices = new Uint32Array(local.places.length * k);
        const values = new Float32Array(indices.length);
        for (let i = 0, at = 0; i < local.places.length; i++) {
          for (let j = 0; j < k; j++, at++) {
            indices[at] = local.places[i] * k + j;
            values[at] = local.values[i] * numbers[local.row * k + j];
          }
        }
        return { indices, values };
      },
    );
    const { integers } = discreteGaussian.bound(planned, contributions, random);
    for (let at = 0; at < total.length; at++) total[at] += integers[at];
  });
  const [planned] = plan.sums[others[0].domain.name];
  const deviation = addNoise(total, planned.localVariance * others.length, epsilon, random) / planned.scale;
  const sum = discreteGaussian.decode(planned, total);
  const signal = Math.hypot(...[...chunked(sum)]) / Math.sqrt(sum.length);
  shrinkRows(sum, k, deviation, 1);
  const scores = LENGTHS.map((power): Score => {
    const items = new Float32Array(common.places.length * k);
    common.places.forEach((place, item) => {
      let square = 0;
      for (let j = 0; j < k; j++) square += sum[place * k + j] ** 2;
      const scale = square > 0 ? square ** (-power / 2) : 0;
      for (let j = 0; j < k; j++) items[item * k + j] = sum[place * k + j] * scale;
    });
    return (row) => {
      const out = new Float32Array(common.places.length);
      for (let item = 0, at = 0; item < out.length; item++)
        for (let j = 0; j < k; j++, at++) out[item] += items[at] * numbers[row * k + j];
      return out;
    };
  });
  return { scores, signal, noise: deviation };
}

/** Lengths of parts of a vector: all of its numbers are too many arguments. */
function* chunked(values: Float64Array): Generator<number> {
  for (let from = 0; from < values.length; from += 1000) yield Math.hypot(...values.subarray(from, from + 1000));
}

function addNoise(total: Float64Array, variance: number, epsilon: number | null, random: RandomSource): number {
  if (epsilon === null) return 0;
  new DiscreteGaussian({ numerator: BigInt(variance), denominator: 1n }, random).addTo(total);
  return Math.sqrt(variance);
}
