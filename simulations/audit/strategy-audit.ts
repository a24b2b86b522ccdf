/**
 * The one-run audit of a strategy as it runs. Canary persons, each with items of their own and on several platforms at
 * once, go through everything that the strategy releases for training: its encoder's charged sums on each platform, and
 * its rounds over the shared model. The attacker is the coordinator with one colluding platform. It knows every
 * canary's history, sees every released value, and computes from both the canary's possible contribution.
 * @module
 */
import { computeUpdate } from '../../client/rounds/update.ts';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { nextModel, trainedPart } from '../../core/federation/shared-model.ts';
import { guessExtremes } from '../../core/audit/canary-audit.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from '../../core/audit/one-run.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import type { CountedEvent } from '../../core/accounting/composition.ts';
import type {
  ChargedSums,
  Contribution,
  PlannedSum,
  PrivacyMechanism,
  WrittenContribution,
} from '../../core/privacy/mechanism/mechanism.ts';
import { attemptCharge } from '../../core/privacy/plan/plan-events.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { centre } from '../../core/privacy/mechanism/ring.ts';
import { lengthOf, writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { EncoderSpec, PlatformModel, SharedModel } from '../../core/transfer/encoder.ts';
import type { AuditTerms } from './training-audit.ts';

export interface StrategyAudit {
  readonly strategy: string;
  readonly canaries: number;
  readonly guesses: number;
  readonly correct: number;
  readonly platforms: number;
  readonly platformsPerCanary: number;
  readonly rounds: number;
  /** Epsilon of everything charged in the run, on all honest platforms and in the rounds. */
  readonly chargedEpsilon: number;
  readonly provenEpsilon: number;
  /** Lower bound that holds for any mechanism, at the confidence. */
  readonly lowerBound: number;
  /** Lower bound under the hypothesis of a Gaussian trade-off curve. */
  readonly gaussianLowerBound: number;
  readonly contradicted: boolean;
}

/** The last platform colludes with the coordinator. */
const PLATFORMS = ['p0', 'p1', 'p2'] as const;
const CANARIES_A_GUESS = 20;
const ROUNDS = 2;
const MOST_CANARIES = 12_000;
/** Most canaries for an encoder with a training, whose update takes thousands of numbers per person. */
const MOST_TRAINED = 1500;

/**
 * @param mechanism of the platforms: the discrete Gaussian, unless a bug is planted.
 * @param encoder with other settings than the strategy's usual ones.
 */
export async function auditStrategy(
  { claimedEpsilon, delta, canaries: asked, significance, seed }: AuditTerms,
  strategy: string,
  mechanism: PrivacyMechanism,
  encoder: EncoderSpec = encoderSpec(strategy),
): Promise<StrategyAudit> {
  const canaries = Math.min(asked, encoder.training === undefined ? MOST_CANARIES : MOST_TRAINED);
  const plan = federationOf(encoder, claimedEpsilon, delta, canaries, seed);
  const words = new RandomWords(seededRandom(`${seed} ${strategy} coins`));
  const inside = Uint8Array.from({ length: canaries }, () => words.next() & 1);
  const scores = new Float64Array(canaries);
  const charged: CountedEvent[] = [];
  const honest: HonestPlatform[] = [];
  for (const name of PLATFORMS.slice(0, -1)) {
    honest.push(await prepared(plan, name, { canaries, inside, mechanism, seed, scores, charged }));
  }
  let shared = firstModel(plan);
  let state: Parameters<typeof nextModel>[3];
  const rounds = plan.parameters === 0 ? 0 : ROUNDS;
  for (let round = 1; round <= rounds; round++) {
    const view = await openedRound(plan, honest, shared, round, mechanism, seed);
    await scoreRound(plan, honest, shared, round, view, scores);
    charged.push({ event: attemptCharge(roundSum(plan), round, 1, '').event, count: 1 });
    const mean = mechanism.decode(roundSum(plan), view).map((value) => value / plan.shared.denominator);
    ({ model: shared, state } = nextModel(plan, shared, mean, state));
    for (const { model, everybody } of honest) {
      await model.adopt(trainedPart(plan, shared));
      await everybody.adopt(trainedPart(plan, shared));
    }
  }
  const guesses = Math.max(10, Math.floor(canaries / CANARIES_A_GUESS));
  const made = guessExtremes(scores, inside, guesses);
  const lowerBound = oneRunLowerBound(made, significance, delta);
  const gaussianLowerBound = gaussianOneRunLowerBound(made, significance, delta);
  const provenEpsilon = plan.privacy.epsilon ?? claimedEpsilon;
  return {
    strategy,
    canaries,
    guesses,
    correct: made.correct,
    platforms: PLATFORMS.length,
    platformsPerCanary: honest.length,
    rounds,
    chargedEpsilon: composedEpsilon(charged, delta),
    provenEpsilon,
    lowerBound,
    gaussianLowerBound,
    contradicted: Math.max(lowerBound, gaussianLowerBound) > provenEpsilon,
  };
}

interface HonestPlatform {
  readonly name: string;
  /** The model trained on the canaries that are in. */
  readonly model: PlatformModel;
  /** A model with all canaries, made from the same released values. It shows what each canary would contribute. */
  readonly everybody: PlatformModel;
}

interface Run {
  readonly canaries: number;
  readonly inside: Uint8Array;
  readonly mechanism: PrivacyMechanism;
  readonly seed: string;
  readonly scores: Float64Array;
  readonly charged: CountedEvent[];
}

async function prepared(plan: FederationPlan, name: string, run: Run): Promise<HonestPlatform> {
  const { mechanism, seed, scores, charged } = run;
  const all = canaryDomain(name, run.canaries);
  const present = restrictPersons(
    all,
    Array.from(run.inside.keys()).filter((canary) => run.inside[canary] === 1),
  );
  const model = joined(plan, present, seed);
  const sums = createChargedSums({
    plan: plan.privacy,
    platform: name,
    mechanism,
    random: seededStreams(`${seed} ${name}`),
    charge: ({ event }) => charged.push({ event, count: 1 }),
  });
  const released = new Map<string, Float64Array[]>();
  await model.prepare({
    ...sums,
    async release(label, contributions) {
      const values = await sums.release(label, contributions);
      released.set(label, [...(released.get(label) ?? []), values.slice()]);
      return values;
    },
  });
  const everybody = joined(plan, all, seed);
  const seen = new Map<string, number>();
  const attacker: ChargedSums = {
    ...sums,
    release(label, contributions) {
      const at = seen.get(label) ?? 0;
      seen.set(label, at + 1);
      const values = released.get(label)?.[at] ?? new Float64Array(0);
      const sum = plannedSum(plan.privacy, name, label);
      const updates = Array.from(contributions, (contribution) => boundedContribution(sum, contribution));
      const view = values.map((value) => value * sum.scale);
      addScores(view, updates, scores);
      return Promise.resolve(values.slice());
    },
  };
  await everybody.prepare(attacker);
  const first = trainedPart(plan, firstModel(plan));
  await model.adopt(first);
  await everybody.adopt(first);
  return { name, model, everybody };
}

/** The view of the coordinator and the colluding platform: the opened sum without the colluder's own contribution. */
async function openedRound(
  plan: FederationPlan,
  honest: readonly HonestPlatform[],
  shared: SharedModel,
  round: number,
  mechanism: PrivacyMechanism,
  seed: string,
): Promise<Float64Array> {
  const total = new Uint32Array(plan.parameters);
  for (const { name, model } of honest) {
    const { vector } = await computeUpdate({
      plan,
      platform: name,
      model,
      shared,
      round,
      mechanism,
      random: seededRandom(`${seed} ${name} round ${round}`),
      signal: new AbortController().signal,
      onContribution: () => undefined,
    });
    for (let i = 0; i < total.length; i++) total[i] += vector[i];
  }
  return centre(total, plan.privacy.ringBits);
}

/** Scores both platforms' contributions of a canary together, because they are in one sum. */
async function scoreRound(
  plan: FederationPlan,
  honest: readonly HonestPlatform[],
  shared: SharedModel,
  round: number,
  view: Float64Array,
  scores: Float64Array,
): Promise<void> {
  const sum = roundSum(plan);
  const together = Array.from(scores, () => new Float32Array(sum.dimension));
  for (const { everybody } of honest) {
    let canary = 0;
    for await (const contribution of everybody.contributions(trainedPart(plan, shared), round)) {
      const { indices, values } = boundedContribution(sum, contribution);
      const update = together[canary++];
      values.forEach((value, i) => (update[indices?.[i] ?? i] += value));
    }
  }
  const updates = together.map((values) => ({ values }));
  addScores(view, updates, scores);
}

/**
 * Adds one released sum to every canary's score. Let g be the canary's contribution, and left the view minus half of
 * everybody's contributions, the expected content. Then t = <left, g> has mean +|g|^2 / 2 if the canary is in and
 * -|g|^2 / 2 if it is out. Its variance is |g|^2 v, where v comes from the noise and, if contributions overlap, from the
 * other canaries. The spread of all t gives an estimate of v, and the log-likelihood ratio is t / v.
 */
function addScores(view: Float64Array, updates: readonly WrittenContribution[], scores: Float64Array): void {
  const left = view.slice();
  for (const { indices, values } of updates) values.forEach((value, i) => (left[indices?.[i] ?? i] -= value / 2));
  const found = updates.map(({ indices, values }) => {
    let t = 0;
    let square = 0;
    values.forEach((value, i) => {
      t += value * left[indices?.[i] ?? i];
      square += value * value;
    });
    return { t, square };
  });
  const spoken = found.filter(({ square }) => square > 0);
  // If noise swallowed every item's row, every contribution is empty and there is nothing to score.
  if (spoken.length === 0) return;
  const spread = spoken.reduce((sum, { t, square }) => sum + (t * t) / square - square / 4, 0) / spoken.length;
  const variance = Math.max(1, spread);
  found.forEach(({ t }, canary) => (scores[canary] += t / variance));
}

/** A contribution as the platform bounds it, in integer units but without rounding. */
function boundedContribution(sum: PlannedSum, contribution: Contribution): WrittenContribution {
  const { indices, values } = writtenOut(contribution, sum.dimension);
  const factor = clippedFactor(sum, contribution);
  return { ...(indices && { indices: indices.slice() }), values: values.map((value) => value * factor) };
}

function clippedFactor({ scale, integerClip }: PlannedSum, contribution: Contribution): number {
  const length = lengthOf(contribution);
  return length * scale > integerClip ? integerClip / length : scale;
}

/**
 * Every canary has two items that nobody else has, so its contributions are as long as possible and do not overlap
 * others'.
 */
function canaryDomain(name: string, canaries: number): Domain {
  const items = 2 * canaries;
  return {
    name,
    persons: Array.from({ length: canaries }, (_, canary) => `canary ${canary}`),
    catalogue: Array.from({ length: items }, (_, item) => `item ${item}`),
    // Some trainings read titles.
    titles: Array.from({ length: items }, (_, item) => `title ${item}`),
    offsets: Uint32Array.from({ length: canaries + 1 }, (_, canary) => 2 * canary),
    items: Uint32Array.from({ length: items }, (_, item) => item),
  };
}

function joined(plan: FederationPlan, domain: Domain, seed: string): PlatformModel {
  const { shape, shared, encoder } = plan;
  return encoder.join({
    domain,
    shape,
    plan: shared,
    random: seededRandom(`${seed} public`),
    factorise: factorMemory(plan.manifest.seed).factorise,
  });
}

function federationOf(
  encoder: EncoderSpec,
  epsilon: number,
  delta: number,
  canaries: number,
  seed: string,
): FederationPlan {
  const identity = (name: string): ReturnType<typeof generateIdentity> =>
    generateIdentity(name, seededRandom(`${seed} identity ${name}`));
  return planFederation(
    draftManifest({
      federation: 'audit',
      seed,
      coordinator: identity('coordinator'),
      platforms: PLATFORMS.map((name) => ({ identity: identity(name), items: 2 * canaries, personsAbout: canaries })),
      encoder,
      privacy: { epsilon, delta, colluding: 1, maxPlatformsPerPerson: PLATFORMS.length - 1 },
      rounds: { count: ROUNDS, spareAttempts: 0 },
    }),
  );
}
