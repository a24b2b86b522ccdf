/**
 * A small federation for tests of strategies with rounds. It has everything that the coordinator and the platforms do,
 * except the wire.
 */
import type { Domain } from '../../core/data/domain.ts';
import type { ServerOptimiser } from '../../core/federation/optimiser.ts';
import { serverOptimiser } from '../../core/federation/optimiser.ts';
import type { Contribution, IntegerSum, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { Encoder, PlatformModel, PublicShape, SharedModel, SharedPlan } from '../../core/transfer/encoder.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';

export interface Federation {
  readonly domains: readonly Domain[];
  readonly shape: PublicShape;
  readonly encoder: Encoder;
  readonly plan: SharedPlan;
  readonly privacy: PrivacyPlan;
  readonly mechanism: PrivacyMechanism;
  readonly optimiser: ServerOptimiser;
  readonly start: SharedModel;
}

export function smallWorld(persons = 120): readonly Domain[] {
  return syntheticWorld({
    seed: 'trunk',
    platforms: ['books', 'films', 'music'],
    persons,
    items: 60,
    overlap: 0.5,
    meanHistory: 8,
    tasteDimensions: 4,
    sharedTaste: 0.8,
    tasteStrength: 3,
    popularityExponent: 0.7,
  }).domains;
}

export function federation(
  domains: readonly Domain[],
  epsilon: number | null,
  settings: Readonly<Record<string, unknown>> = {},
  rounds = 3,
): Federation {
  const encoder = encoderNamed('shared-trunk', { 'autoencoder.hidden': 8, 'autoencoder.bottleneck': 6, ...settings });
  const shape: PublicShape = {
    platforms: domains.map(({ name, catalogue, persons }) => ({
      name,
      items: catalogue.length,
      personsAbout: Math.max(10, Math.round(persons.length / 10) * 10),
      releases: true,
    })),
    maxPlatformsPerPerson: 2,
    rounds,
  };
  const plan = encoder.plan(shape);
  const privacy = planPrivacy({
    epsilon,
    delta: 1e-6,
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      personsAbout,
      queries: encoder.queries(shape, name),
    })),
    maxPlatformsPerPerson: shape.maxPlatformsPerPerson,
    colluding: 0,
    dropouts: 0,
  });
  return {
    domains,
    shape,
    encoder,
    plan,
    privacy,
    mechanism: epsilon === null ? withoutNoise : discreteGaussian,
    optimiser: serverOptimiser(plan.optimiser),
    start: encoder.initialModel(plan, 'a public seed'),
  };
}

/** One platform's prepared model, with seeds for its noise and its public randomness. */
export async function platform(
  { shape, encoder, plan, privacy, mechanism, start }: Federation,
  domain: Domain,
  options: { readonly drawn?: Map<string, Float64Array>; readonly onCharge?: (label: string) => void } = {},
): Promise<PlatformModel> {
  const model = encoder.join({
    domain,
    shape,
    plan,
    random: seededRandom(`start ${domain.name}`),
    factorise: factorMemory('trunk').factorise,
  });
  const { drawn, onCharge } = options;
  await model.prepare(
    createChargedSums({
      plan: privacy,
      platform: domain.name,
      mechanism,
      random: seededStreams(`noise ${domain.name}`),
      charge: (charge) => onCharge?.(JSON.stringify(charge)),
      ...(drawn && {
        drawn: {
          get: (fingerprint, repetition) => drawn.get(`${fingerprint} ${repetition}`),
          put: (fingerprint, repetition, values) => void drawn.set(`${fingerprint} ${repetition}`, values),
        },
      }),
    }),
  );
  await model.adopt(start);
  return model;
}

export function plannedRound({ privacy, domains }: Federation): PlannedSum {
  return plannedSum(privacy, domains[0].name, 'round');
}

export function contributionsOf(model: PlatformModel, shared: SharedModel, round: number): Iterable<Contribution> {
  const contributions = model.contributions(shared, round);
  if (Symbol.iterator in contributions) return contributions;
  throw new Error('this strategy streams in step');
}

/** A platform's update: clipped and summed, without noise. */
export function updateOf(all: Federation, model: PlatformModel, shared: SharedModel, round: number): IntegerSum {
  return all.mechanism.bound(
    plannedRound(all),
    contributionsOf(model, shared, round),
    seededRandom(`rounding ${round}`),
  );
}

/** The mean update from the federation's integer sum. */
export function meanUpdate(all: Federation, integers: Float64Array): Float64Array {
  return all.mechanism.decode(plannedRound(all), integers).map((value) => value / all.plan.denominator);
}
