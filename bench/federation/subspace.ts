/**
 * Subspaces in one process: the same contributions, integers and noise as over processes, without masks. The noise of all
 * platforms is drawn at once: a sum of n discrete Gaussians of a variance of this size is a discrete Gaussian of n times that
 * variance, to far below one part in 2^60 (Kairouz, Liu and Steinke 2021, theorem 1).
 */
import type { History, Interactions } from '../../core/data/domain.ts';
import type { PerPerson } from '../../core/transfer/per-person.ts';
import { DiscreteGaussian } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import type { PlannedSum, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import {
  advanceSharedSubspace,
  initialSharedSubspace,
  sharedContributions,
  sharedSize,
  unpacked,
} from '../../core/transfer/encoder/shared-subspace.ts';
import type { SharedSubspace, SharedSubspaceMethod } from '../../core/transfer/encoder/shared-subspace.ts';
import { countContributions } from '../../core/transfer/encoder/subspace-iteration.ts';

export interface Training extends SharedSubspaceMethod {
  readonly dimension: number;
  readonly rounds: number;
}

export interface Terms {
  /** Total epsilon; null without noise. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** `shares`: the plan's own; `local`: every platform adds all of the noise. */
  readonly noise: 'shares' | 'local';
  readonly seed: string;
}

/** One platform with its interactions over the vocabulary. */
export interface Site extends Interactions {
  readonly name: string;
}

function historiesOf({ offsets, items }: Site): readonly History[] {
  return Array.from({ length: offsets.length - 1 }, (_, p) => ({ items: items.subarray(offsets[p], offsets[p + 1]) }));
}

/** The plan of a federation of these sites; or of one site alone, whose sums have all of the noise. */
export function planOf(
  sites: readonly Site[],
  sum: Pick<SumQuery, 'dimension' | 'repetitions'>,
  { epsilon, delta }: Terms,
): PrivacyPlan {
  const scope = sites.length === 1 ? 'platform' : 'federation';
  const queries = [{ ...sum, label: 'sum', clip: 1, relativeNoise: 1, scope } as const];
  return planPrivacy({
    epsilon,
    delta,
    colluding: 1,
    dropouts: sites.length >= 4 ? 1 : 0,
    maxPlatformsPerPerson: 1,
    platforms: sites.map(({ name, offsets }) => ({
      name,
      personsAbout: Math.max(100, Math.ceil((offsets.length - 1) / 100) * 100),
      queries,
    })),
  });
}

interface Opened {
  readonly sum: Float64Array;
  /** Standard deviation of the noise in a coordinate. */
  readonly noiseDeviation: number;
}

function opened(sites: readonly Site[], plan: PrivacyPlan, terms: Terms, random: RandomSource, of: PerPerson): Opened {
  const mechanism = terms.epsilon === null ? withoutNoise : discreteGaussian;
  const planned = sites.map(({ name }): PlannedSum => plan.sums[name][0]);
  const total = new Float64Array(planned[0].dimension);
  sites.forEach((site, i) => {
    const { integers } = mechanism.bound(planned[i], of(historiesOf(site)), random);
    for (let at = 0; at < total.length; at++) total[at] += integers[at];
  });
  const [{ localVariance, noiseShares, scale }] = planned;
  if (terms.epsilon === null) return { sum: mechanism.decode(planned[0], total), noiseDeviation: 0 };
  // Every platform adds its share of the noise, although H shares would be enough.
  const shares = sites.length * (terms.noise === 'local' ? noiseShares : 1);
  new DiscreteGaussian({ numerator: BigInt(localVariance) * BigInt(shares), denominator: 1n }, random).addTo(total);
  return { sum: mechanism.decode(planned[0], total), noiseDeviation: Math.sqrt(localVariance * shares) / scale };
}

/** Popularity alone: the whole budget for one sum of counts. */
export function sharedCounts(sites: readonly Site[], items: number, terms: Terms): Float64Array {
  const plan = planOf(sites, { dimension: items, repetitions: 1 }, terms);
  return opened(sites, plan, terms, seededRandom(`${terms.seed}/counts`), countContributions).sum;
}

/** The sum that every round of a training asks for. */
export function roundsOf({ dimension, rounds }: Training, items: number): Pick<SumQuery, 'dimension' | 'repetitions'> {
  return { dimension: sharedSize({ places: items, dimension }), repetitions: rounds };
}

/** @param beside number of further sums of the same size and epsilon that the same persons are in. */
export function trainSubspace(
  sites: readonly Site[],
  items: number,
  training: Training,
  terms: Terms,
  beside = 0,
): SharedSubspace {
  const shape = { places: items, dimension: training.dimension };
  const rounds = roundsOf(training, items);
  const plan = planOf(sites, { ...rounds, repetitions: rounds.repetitions + beside }, terms);
  const random = seededRandom(`${terms.seed}/rounds`);
  let shared = initialSharedSubspace(shape, terms.seed);
  for (let earlier = 0; earlier < training.rounds; earlier++) {
    const model = shared;
    const round = opened(sites, plan, terms, random, sharedContributions(shape, model, training));
    shared = advanceSharedSubspace(shape, shared, { ...round, earlier }, training);
  }
  return unpacked(shape, shared);
}
