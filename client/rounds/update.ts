/**
 * A platform's update: its persons' contributions, clipped, summed and noised, as ring elements. The plain sum never
 * leaves this function.
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { roundSum } from '../../core/federation/attempt.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { clipOf, trainedPart } from '../../core/federation/shared-model.ts';
import { votingContribution } from '../../core/privacy/mechanism/adaptive-clip.ts';
import type { PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { toRing } from '../../core/privacy/mechanism/ring.ts';
import { mechanismOf } from '../../core/privacy/plan/plan-lookups.ts';
import type { RandomSource } from '../../core/random/source.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { PlatformModel, SharedModel } from '../../core/transfer/encoder.ts';

/** The part of a strategy that rounds need, on whichever thread it runs. */
export interface RoundWork {
  /** Adopts the federation's new shared model. */
  adopt(shared: SharedModel): Promise<void>;
  update(order: UpdateOrder): Promise<Update>;
}

export interface UpdateOrder {
  /** The shared model that came with the attempt. */
  readonly shared: SharedModel;
  readonly round: number;
  /** What the platform received of persons who let it teach the map; absent: of nobody. */
  readonly linked?: readonly ReceivedRepresentations[];
  readonly signal: AbortSignal;
  readonly onContribution: () => void;
}

export interface UpdateOptions extends UpdateOrder {
  readonly plan: FederationPlan;
  /** Name of the platform whose update this is. */
  readonly platform: string;
  readonly model: PlatformModel;
  readonly mechanism: PrivacyMechanism;
  readonly random: RandomSource;
}

export interface RoundTerms extends Pick<UpdateOptions, 'plan' | 'platform'> {
  /** The source of noise and rounding. */
  readonly random: RandomStreams;
}

/** Runs the work on the calling thread. */
export function roundWorkOf(model: PlatformModel, { plan, platform, random }: RoundTerms): RoundWork {
  const mechanism = mechanismOf(plan.privacy);
  // A seeded source, which only simulations use, gives every retry of the round the same draws. So a measurement does not
  // depend on which attempts failed.
  const noiseOf = (round: number): RandomSource => random.of(`noise/${roundSum(plan).label}/${round}`);
  return {
    adopt: (shared) => model.adopt(shared),
    update: (order) => computeUpdate({ ...order, plan, platform, model, mechanism, random: noiseOf(order.round) }),
  };
}

/** Longest piece of work before sockets and timers get a turn. */
const TURN_MS = 20;

export interface Update {
  readonly vector: Uint32Array /* [parameters] */;
  /**
   * Number of contributions with NaN or infinity, which were replaced by zero. It counts persons, so it stays in this
   * platform's log.
   */
  readonly zeroed: number;
  /** Number of coordinates that were clamped to the public bound. */
  readonly clamped: number;
}

/** @throws AbortError if the attempt is over; the errors of the strategy. */
export async function computeUpdate(options: UpdateOptions): Promise<Update> {
  const { plan, model, shared, round, linked, mechanism, random, signal, onContribution } = options;
  const sum = roundSum(plan, options.platform);
  const clip = clipOf(plan, shared);
  const accumulator = mechanism.accumulate(sum, random);
  let turnBegan = performance.now();
  for await (const contribution of model.contributions(trainedPart(plan, shared), round, linked)) {
    accumulator.add(clip === undefined ? contribution : votingContribution(sum, clip, contribution));
    onContribution();
    if (performance.now() - turnBegan < TURN_MS) continue;
    await nextTurn();
    signal.throwIfAborted();
    turnBegan = performance.now();
  }
  signal.throwIfAborted();
  const { integers, zeroed, clamped } = accumulator.finish();
  return { vector: toRing(mechanism.addNoise(sum, integers, random), plan.privacy.ringBits), zeroed, clamped };
}
