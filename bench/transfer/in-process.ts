/**
 * A federation in one process, without sockets or masks: the strategies, the privacy plan and the noise are the real
 * ones, only the noise comes from a seeded generator, so that a figure can be had again.
 */
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { serverOptimiser } from '../../core/federation/optimiser.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { createChargedSums } from '../../core/privacy/charged-sums.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/pipeline.ts';
import { planPrivacy, plannedSum } from '../../core/privacy/plan.ts';
import type { PrivacyMechanism } from '../../core/privacy/mechanism.ts';
import type { PrivacyPlan } from '../../core/privacy/plan.ts';
import type { ReceivedRepresentations, ReleaseMode } from '../../core/privacy/release.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { TensorBackend } from '../../core/tensor/backend.ts';
import type {
  DecoderReport,
  PlatformModel,
  PublicShape,
  SharedModel,
  SharedPlan,
  TransferStrategy,
} from '../../core/transfer/strategy.ts';

export interface FederationOptions {
  readonly strategy: TransferStrategy;
  readonly settings?: object;
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  /** null: no noise. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Noise, starting values and choices of held-out persons. */
  readonly seed: number;
  /** Absent: raw. */
  readonly release?: (representations: readonly Float32Array[]) => ReleaseMode;
  readonly backend?: TensorBackend;
  /** Rounds for a strategy that shares a model. */
  readonly rounds?: number;
  /** Source models that do not depend on the seed are made once: `sealed-only` strategies have no noise. */
  readonly cache?: Map<string, PlatformModel>;
}

export interface Federated {
  readonly scorer: (person: string) => Float32Array;
  readonly report: DecoderReport;
  readonly plan: PrivacyPlan;
  readonly target: PlatformModel;
}

const noBackend: TensorBackend = {
  name: 'cpu',
  engine: () => Promise.reject(new Error('this benchmark gives no tensor backend: the strategy needs one')),
};

export async function federate(options: FederationOptions): Promise<Federated> {
  const { strategy, sources, split, epsilon, delta, seed, release, rounds = 0 } = options;
  const settings = strategy.settings(options.settings ?? {});
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
  };
  const shared = strategy.plan(shape, settings);
  const plan = planPrivacy({
    epsilon,
    delta,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: shape.maxPlatformsPerPerson,
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      personsAbout,
      queries: strategy.queries(shape, name, settings),
    })),
  });
  const join = (domain: Domain, label: string): PlatformModel =>
    strategy.join({
      domain,
      shape,
      plan: shared,
      settings,
      random: seededRandom(label),
      backend: options.backend ?? noBackend,
    });

  const mechanism = epsilon === null ? withoutNoise : discreteGaussian;
  const models: PlatformModel[] = [];
  for (const domain of domains) {
    const key = `${strategy.name}/${domain.name}/${JSON.stringify(settings)}`;
    const fixed = strategy.privacy === 'sealed-only' && domain !== split.target;
    const label = domain === split.target ? `${strategy.name}/${domain.name}/${seed}` : fixed ? key : `${key}/${seed}`;
    const model = (fixed ? options.cache?.get(key) : undefined) ?? join(domain, label);
    if (fixed) options.cache?.set(key, model);
    models.push(model);
    if (domain === split.target && shared.blocks.length === 0) continue;
    await model.prepare(
      createChargedSums({
        plan,
        platform: domain.name,
        mechanism,
        random: seededRandom(`noise/${domain.name}/${seed}`),
        charge: () => undefined,
      }),
    );
  }
  if (shared.blocks.length > 0) {
    const trained = await trainInRounds({ ...options, domains, models, shared, plan, rounds, mechanism });
    for (const model of models) await model.adopt(trained);
  }

  const received: ReceivedRepresentations[] = [];
  const codes: Map<string, Float32Array>[] = [];
  for (const [s, domain] of sources.entries()) {
    const model = models[s];
    const index = personIndex(domain);
    const wanted = [...split.linked, ...split.cold.map(({ person }) => person)].filter((person) => index.has(person));
    const vectors = wanted.map((person) => model.represent(historyOf(domain, index.get(person) ?? 0)));
    const mode = release?.(vectors);
    const random = seededRandom(`release/${domain.name}/${seed}`);
    const released = vectors.map((vector) => (mode === undefined ? vector : mode.release(vector, random)));
    const byPerson = new Map<string, Float32Array>();
    wanted.forEach((person, i) => {
      const code = released[i];
      if (code !== null) byPerson.set(person, code);
    });
    codes.push(byPerson);
    const dimension = byPerson.values().next().value?.length ?? 0;
    const warm = split.linked.filter((person) => byPerson.has(person) || (dimension === 0 && index.has(person)));
    const table = new Float32Array(warm.length * dimension);
    warm.forEach((person, row) => {
      const code = byPerson.get(person);
      if (code !== undefined) table.set(code, row * dimension);
    });
    received.push({
      source: domain.name,
      mode: mode?.name ?? 'raw',
      noiseModel: mode?.noiseModel ?? { kind: 'exact' },
      dimension,
      persons: warm,
      vectors: table,
    });
  }

  const target = models[sources.length];
  const report = await target.fitDecoder(received);
  return {
    plan,
    report,
    target,
    scorer: (person) =>
      target.score(
        sources.flatMap((domain, s) => {
          const vector = codes[s].get(person);
          return vector === undefined ? [] : [{ source: domain.name, vector }];
        }),
      ),
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

/** What the coordinator does, with a plain sum where it has a masked one. */
async function trainInRounds(options: Rounds): Promise<SharedModel> {
  const { domains, mechanism, models, plan, rounds, seed, shared, strategy } = options;
  let model = strategy.initialModel(shared, 'a public seed');
  if (rounds === 0) return model;
  const optimiser = serverOptimiser(shared.optimiser);
  let state = optimiser.initialState(model.length);
  const sum = plannedSum(plan, domains[0].name, 'round');
  for (let round = 1; round <= rounds; round++) {
    const total = new Float64Array(model.length);
    for (const [p, platform] of models.entries()) {
      const random = seededRandom(`round ${round}/${domains[p].name}/${seed}`);
      const accumulator = mechanism.accumulate(sum, random);
      for await (const contribution of platform.contributions(model, round)) accumulator.add(contribution);
      const noised = mechanism.addNoise(sum, accumulator.finish().integers, random);
      for (let i = 0; i < total.length; i++) total[i] += noised[i];
    }
    const meanUpdate = mechanism.decode(sum, total).map((value) => value / shared.denominator);
    ({ model, state } = optimiser.step(model, meanUpdate, state));
  }
  return model;
}
