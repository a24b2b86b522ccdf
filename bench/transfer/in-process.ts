/**
 * A federation in one process, without sockets or masks: the strategies, the privacy plan and the noise are the real
 * ones, only the noise comes from a seeded generator, so that a figure can be had again.
 */
import type { ColdSplit } from '../../core/evaluation/split.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { createChargedSums } from '../../core/privacy/charged-sums.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan.ts';
import type { PrivacyPlan } from '../../core/privacy/plan.ts';
import type { ReceivedRepresentations, ReleaseMode } from '../../core/privacy/release.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { TensorBackend } from '../../core/tensor/backend.ts';
import type { DecoderReport, PlatformModel, PublicShape, TransferStrategy } from '../../core/transfer/strategy.ts';

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
  const { strategy, sources, split, epsilon, delta, seed, release } = options;
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
    rounds: 0,
  };
  const shared = strategy.plan(shape, settings);
  if (shared.blocks.length > 0) {
    throw new Error(`${strategy.name} trains in rounds: measure it with \`isthmus simulate\``);
  }
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

  const received: ReceivedRepresentations[] = [];
  const codes: Map<string, Float32Array>[] = [];
  for (const domain of sources) {
    const key = `${strategy.name}/${domain.name}/${JSON.stringify(settings)}`;
    const fixed = strategy.privacy === 'sealed-only';
    const model = (fixed ? options.cache?.get(key) : undefined) ?? join(domain, fixed ? key : `${key}/${seed}`);
    if (fixed) options.cache?.set(key, model);
    await model.prepare(
      createChargedSums({
        plan,
        platform: domain.name,
        mechanism: epsilon === null ? withoutNoise : discreteGaussian,
        random: seededRandom(`noise/${domain.name}/${seed}`),
        charge: () => undefined,
      }),
    );
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

  const target = join(split.target, `${strategy.name}/${split.target.name}/${seed}`);
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
