/**
 * A federation in one process, without sockets or masks. The encoders, the privacy plan and the noise are the real
 * ones, but the noise comes from a seeded generator, so that figures can be repeated.
 * @module
 */
import type { ColdSplit } from '../core/evaluation/split.ts';
import type { OptimiserState } from '../core/federation/optimiser.ts';
import { keptModel, nextTrained } from '../core/federation/shared-model.ts';
import type { Domain, History } from '../core/data/domain.ts';
import { historyOf, personIndex } from '../core/data/select.ts';
import { createChargedSums } from '../core/privacy/plan/charged-sums.ts';
import { planPrivacy } from '../core/privacy/plan/plan.ts';
import { mechanismOf, plannedSum } from '../core/privacy/plan/plan-lookups.ts';
import type { ChargedSums, PrivacyMechanism } from '../core/privacy/mechanism/mechanism.ts';
import type { PrivacyPlan } from '../core/privacy/plan/privacy-plan.ts';
import { needsPrototypes, releaseMode } from '../core/release/registry.ts';
import type { ReceivedRepresentations } from '../core/release/release.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { seededStreams } from '../core/random/streams.ts';
import type { Factorise } from '../core/transfer/factors/factor-memory.ts';
import { fitDecoders } from '../core/transfer/decoder/decoder.ts';
import type { Decoder } from '../core/transfer/decoder/decoder.ts';
import type { ReleasedVector } from '../core/transfer/decoder/report.ts';
import { isStopped } from '../core/transfer/training/stopping.ts';
import { Prng } from '../core/random/prng.ts';
import type {
  PlatformModel,
  PublicRelease,
  PublicShape,
  SharedModel,
  SharedPlan,
  Encoder,
} from '../core/transfer/encoder.ts';

export interface FederationOptions {
  readonly encoder: Encoder;
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  /** Total epsilon; null without noise. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Seed of noise, starting values and choices of held-out persons. */
  readonly seed: number | string;
  /** Form of the release; absent: raw. */
  readonly release?: PublicRelease;
  /** Number of rounds, for a strategy that shares a model. */
  readonly rounds?: number;
  /**
   * Source models that do not depend on the seed, kept between calls: those of `sealed-only` strategies, which have no
   * noise.
   */
  readonly cache?: Map<string, PlatformModel>;
  readonly factorise: Factorise;
  /** Number of ids of the vocabulary, if the domains have places in one. */
  readonly vocabulary?: number;
}

export interface Federated {
  readonly plan: PrivacyPlan;
  /** Fewer than planned if the rounds stopped early. */
  readonly roundsRun: number;
  /** The shared model after them; empty for an encoder without rounds. */
  readonly shared: SharedModel;
  /** Representations that the target received, of the persons known on both sides and of those who arrive. */
  readonly received: readonly ReceivedRepresentations[];
  /** The releases of each source about every person it was asked about, warm or cold. */
  readonly codes: readonly SourceCodes[];
  /** Representations that the sources released of one person, warm or cold. */
  readonly releasedOf: (person: string) => ReleasedVector[];
  /** The representation of any history by a source's encoder, before the release. */
  readonly represent: (source: string, history: History) => Float32Array;
  /** The weights of a history's items in that representation; undefined if the encoder computes none. */
  readonly attend: (source: string, history: History) => Float32Array | undefined;
}

export interface SourceCodes {
  readonly source: string;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Finds what was released of a person. */
export function releasedBy(codes: readonly SourceCodes[]): Federated['releasedOf'] {
  return (person) =>
    codes.flatMap(({ source, vectors }) => {
      const vector = vectors.get(person);
      return vector === undefined ? [] : [{ source, vector }];
    });
}

/** Decoders of the target, fitted to what a federation released; the seed chooses their held-out persons. */
export function decodersOf(
  { received }: Pick<Federated, 'received'>,
  { split, factorise, seed }: Pick<FederationOptions, 'split' | 'factorise' | 'seed'>,
  methods: readonly string[],
): readonly Decoder[] {
  const random = Prng.fromSource(seededRandom(`${split.target.name}/${seed}`));
  return fitDecoders({ domain: split.target, factorise, random }, received, methods);
}

export async function federate(options: FederationOptions): Promise<Federated> {
  const { encoder, sources, split, epsilon, delta, seed, rounds = 0 } = options;
  const release = options.release ?? { mode: 'raw', epsilon0: null };
  const domains = [...sources, split.target];
  const shape: PublicShape = {
    platforms: domains.map((domain, index) => ({
      name: domain.name,
      items: domain.catalogue.length,
      personsAbout: Math.ceil(domain.persons.length / 1000) * 1000,
      releases: index < sources.length,
    })),
    maxPlatformsPerPerson: domains.length,
    rounds,
    release,
    ...(options.vocabulary !== undefined && { vocabulary: options.vocabulary }),
  };
  const shared = encoder.plan(shape);
  const plan = planPrivacy({
    epsilon,
    delta,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: shape.maxPlatformsPerPerson,
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      personsAbout,
      queries: encoder.queries(shape, name),
    })),
  });
  const join = (domain: Domain, label: string): PlatformModel =>
    encoder.join({
      domain,
      shape,
      plan: shared,
      random: seededRandom(label),
      factorise: options.factorise,
    });

  const mechanism = mechanismOf(plan);
  const models: PlatformModel[] = [];
  const chargedSums = (domain: Domain): ChargedSums =>
    createChargedSums({
      plan,
      platform: domain.name,
      mechanism,
      random: seededStreams(`noise/${domain.name}/${seed}`),
      charge: () => undefined,
    });
  for (const domain of domains) {
    const key = `${domain.name}/${JSON.stringify([encoder.spec, release])}`;
    const fixed = encoder.law === 'sealed-only' && domain !== split.target;
    const label = domain === split.target ? `${domain.name}/${seed}` : fixed ? key : `${key}/${seed}`;
    const known = fixed ? options.cache?.get(key) : undefined;
    const model = known ?? join(domain, label);
    models.push(model);
    if (known !== undefined || (domain === split.target && shared.blocks.length === 0)) continue;
    await model.prepare(chargedSums(domain));
    if (fixed) options.cache?.set(key, model);
  }
  let roundsRun = 0;
  let last: SharedModel = new Float32Array(0);
  if (shared.blocks.length > 0) {
    const trained = await trainInRounds({ ...options, domains, models, shared, plan, rounds, mechanism });
    roundsRun = trained.rounds;
    last = trained.model;
    for (const model of models) await model.adopt(trained.model);
  }

  const received: ReceivedRepresentations[] = [];
  const codes: SourceCodes[] = [];
  for (const [s, domain] of sources.entries()) {
    const model = models[s];
    const index = personIndex(domain);
    const wanted = [...split.linked, ...split.cold.map(({ person }) => person)].filter((person) => index.has(person));
    const vectors = wanted.map((person) => model.represent(historyOf(domain, index.get(person) ?? 0)));
    const dimension = vectors.at(0)?.length ?? 0;
    const prototypes = needsPrototypes(release.mode) ? await model.prototypes(chargedSums(domain)) : undefined;
    const mode = releaseMode(release.mode, {
      epsilon0: release.epsilon0,
      dimension,
      ...(prototypes && { prototypes }),
    });
    const random = seededRandom(`release/${domain.name}/${seed}`);
    const released = vectors.map((vector) => mode.release(vector, random));
    const byPerson = new Map<string, Float32Array>();
    wanted.forEach((person, i) => {
      const code = released[i];
      if (code !== null) byPerson.set(person, code);
    });
    codes.push({ source: domain.name, vectors: byPerson });
    const sent = byPerson.size === 0 ? 0 : dimension;
    const table = new Float32Array(wanted.length * sent);
    wanted.forEach((person, row) => {
      const code = byPerson.get(person);
      if (code !== undefined) table.set(code, row * sent);
    });
    const history = encoder.historyBox(shape, domain.name);
    received.push({
      source: domain.name,
      noiseModel: mode.noiseModel,
      dimension: sent,
      persons: wanted,
      vectors: table,
      ...(history && { history }),
    });
  }

  const modelOf = (source: string): PlatformModel => models[sources.findIndex(({ name }) => name === source)];
  return {
    plan,
    roundsRun,
    shared: last,
    received,
    codes,
    releasedOf: releasedBy(codes),
    represent: (source, history) => modelOf(source).represent(history),
    attend: (source, history) => modelOf(source).attend(history),
  };
}

interface Rounds extends FederationOptions {
  readonly domains: readonly Domain[];
  readonly models: readonly PlatformModel[];
  readonly shared: SharedPlan;
  readonly plan: PrivacyPlan;
  readonly rounds: number;
  readonly mechanism: PrivacyMechanism;
}

interface Trained {
  readonly model: SharedModel;
  /** Rounds that were run. */
  readonly rounds: number;
}

/** Does the coordinator's work, with a plain sum instead of the masked one. */
async function trainInRounds(options: Rounds): Promise<Trained> {
  const { domains, mechanism, models, plan, rounds, seed, shared, encoder } = options;
  let model = encoder.initialModel(shared, 'a public seed');
  if (rounds === 0) return { model, rounds };
  let state: OptimiserState | undefined;
  const kept = [model];
  const sum = plannedSum(plan, domains[0].name, 'round');
  const noiseDeviation = (sum.localSigma * Math.sqrt(domains.length)) / sum.scale;
  for (let round = 1; round <= rounds; round++) {
    const total = new Float64Array(model.length);
    for (const [p, platform] of models.entries()) {
      const random = seededRandom(`round ${round}/${domains[p].name}/${seed}`);
      const accumulator = mechanism.accumulate(sum, random);
      for await (const contribution of platform.contributions(model, round)) accumulator.add(contribution);
      const noised = mechanism.addNoise(sum, accumulator.finish().integers, random);
      for (let i = 0; i < total.length; i++) total[i] += noised[i];
    }
    const mean = mechanism.decode(sum, total).map((value) => value / shared.denominator);
    ({ model, state } = nextTrained(encoder, shared, model, { mean, noiseDeviation, state }));
    if (isStopped(shared, model)) return { model: keptModel(shared, model, round, (at) => kept[at]), rounds: round };
    kept.push(model);
  }
  return { model, rounds };
}
