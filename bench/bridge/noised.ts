/**
 * The map of scorers.ts, made by masked, noised sums. The source makes its representations by noisy sums of its own. Every other target
 * adds each linked person's outer product of representation and history, at length 1. One epsilon covers both.
 */
import { DiscreteGaussian } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encodeHistory } from '../../core/transfer/encoder/item-vectors.ts';
import { sharedSubspaceMethod } from '../../core/transfer/encoder/shared-subspace.ts';
import { itemWeights, weightedVectors } from '../../core/transfer/encoder/subspace-iteration.ts';
import { multiplyVector } from '../../core/transfer/linear-algebra/products.ts';
import { LawfulVector } from '../../core/transfer/training/linked-person.ts';
import type { LinkedPerson } from '../../core/transfer/training/linked-person.ts';
import { linkedProducts, mappedItems } from '../../core/transfer/training/linked-products.ts';
import { trainSubspace } from '../federation/subspace.ts';
import { historyAt } from './scorers.ts';
import type { Score } from './scorers.ts';
import type { Cut } from './persons.ts';
import type { Platform } from './worlds.ts';

const ROUNDS = 2;
/** The source and one other target. The bound is split over both, although an honest source adds nothing (docs/privacy.md). */
const PLATFORMS_PER_PERSON = 2;
/** Powers of its length by which an item's vector is divided, because popular items have long vectors. */
export const LENGTHS = [0.5, 0.7, 1] as const;

export interface Noised {
  /** The source's representation of a person, made by the noisy sums. */
  readonly numbers: (row: number) => Float32Array;
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
  // One composition covers all sums that a person is in: the source's rounds, its counts and one sum of the targets.
  const space = trainSubspace(
    [source],
    source.catalogue.length,
    training,
    { epsilon, delta: 1e-6, noise: 'shares', seed },
    1,
  );
  const vectors = { vectors: weightedVectors(space, itemWeights(space.counts, training)), dimension };
  const values = source.persons.map((_, row) => encodeHistory(historyAt(source, row), vectors));
  const numbers = {
    of: (row: number) => values[row],
    lawful: (row: number) => LawfulVector.of({ name: 'private-subspace', law: 'charged' }, values[row]),
  };
  const plan = planPrivacy({
    epsilon,
    delta: 1e-6,
    colluding: 1,
    dropouts: others.length >= 4 ? 1 : 0,
    maxPlatformsPerPerson: PLATFORMS_PER_PERSON,
    platforms: others.map(({ domain }, t) => ({
      name: domain.name,
      personsAbout: Math.max(100, Math.ceil(elsewhere[t].length / 100) * 100),
      queries: [
        {
          label: 'sum',
          // Each platform keeps length 1.
          clip: PLATFORMS_PER_PERSON,
          relativeNoise: 1,
          scope: 'federation',
          dimension: common.size * dimension,
          repetitions: ROUNDS + 1,
        },
      ],
    })),
  });
  const blocks = [{ name: source.name, shape: [common.size, dimension] }];
  const random = seededRandom(`${seed}/bridge`);
  const total = new Float64Array(common.size * dimension);
  others.forEach(({ domain }, t) => {
    const [planned] = plan.sums[domain.name];
    const of = linkedProducts(blocks, placesAt(others[t]));
    const linked = elsewhere[t].map((person): LinkedPerson => ({
      received: new Map([[source.name, numbers.lawful(person.source)]]),
      history: { items: historyAt(domain, person.target) },
    }));
    const { integers } = discreteGaussian.bound(planned, of(linked), random);
    for (let at = 0; at < total.length; at++) total[at] += integers[at];
  });
  const [planned] = plan.sums[others[0].domain.name];
  const deviation = addNoise(total, planned.localVariance * others.length, epsilon, random) / planned.scale;
  const sum = discreteGaussian.decode(planned, total);
  const signal = Math.hypot(...[...chunked(sum)]) / Math.sqrt(sum.length);
  const scores = LENGTHS.map((power): Score => {
    const items = mappedItems(blocks, sum, { noiseDeviation: deviation, places: placesAt(target), power });
    const vectors = items.get(source.name)?.vectors ?? new Float32Array(0);
    return (row) => multiplyVector(vectors, dimension, numbers.of(row));
  });
  return { numbers: numbers.of, scores, signal, noise: deviation };
}

function placesAt({ common }: Platform): Int32Array {
  if (common.kind !== 'ids') throw new Error('a map over ids alone');
  return Int32Array.from(common.places);
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
