/**
 * Reference rows that need everything in one place, or the truth: no platform could compute them. Measured on the same
 * positives and candidates as the target's own rows.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { openDomain } from '../client/data/open.ts';
import { candidatesOf } from '../client/evaluation/evaluate.ts';
import { unsafeSharedKeyPseudonyms } from '../core/crypto/pseudonym.ts';
import type { Domain } from '../core/data/domain.ts';
import { itemCounts } from '../core/data/select.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { seedRows } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import { seededStreams } from '../core/random/streams.ts';
import { baselines } from '../core/transfer/baselines/registry.ts';
import { factoriseTarget } from '../core/transfer/decoder/target-factors.ts';
import type { Factors } from '../core/transfer/factors/implicit-als.ts';
import type { SimulationOptions } from './options.ts';
import type { DataFiles, TrialWorld } from './trial-files.ts';
import { readHidden } from '../client/evaluation/hidden.ts';
import type { WorldTruth } from './worlds/world.ts';

export async function centralRows(
  world: TrialWorld,
  data: DataFiles,
  truth: WorldTruth | undefined,
  options: SimulationOptions,
  signal: AbortSignal,
): Promise<SeedRow[]> {
  // As the platforms read them: the order of a catalogue, and with it the candidates, follows from the files.
  const opened = new Map<string, Domain>();
  const key = Buffer.from((await readFile(data.pseudonymKey, 'utf8')).trim(), 'base64');
  const scheme = unsafeSharedKeyPseudonyms(key);
  const plain = new Map<string, string>();
  for (const { name } of world.domains) {
    const { domain } = await openDomain(data.data[name], { name });
    const pseudonyms = await scheme.pseudonyms(domain.persons);
    opened.set(name, { ...domain, persons: pseudonyms });
  }
  const target = domainNamed(opened, world.target);
  const hidden = readHidden(data.hidden, (await openDomain(data.data[world.target], { name: world.target })).domain);
  const ids = hidden.cold.map(({ person }) => person);
  const pseudonyms = await scheme.pseudonyms(ids);
  const cold = hidden.cold.map((person, index) => ({ ...person, person: pseudonyms[index] }));
  pseudonyms.forEach((pseudonym, index) => plain.set(pseudonym, ids[index]));

  const settings = { protocol: options.protocol, negatives: options.negatives, seed: world.seed };
  const candidates = candidatesOf(settings, target);
  // A catalogue too small for the negatives is told now, and not after fits of many minutes.
  for (const negatives of candidates) if (negatives.name !== 'full') for (const person of cold) negatives.draw(person);

  const random = seededStreams(`${world.seed}/central`);
  let factors: Factors | undefined;
  const everything = {
    target,
    linked: await scheme.pseudonyms(world.linked),
    sources: world.sources.map((name) => domainNamed(opened, name)),
    factors: () => (factors ??= factoriseTarget(target, random.of('baseline/factors'), { signal })),
    signal,
  };
  const methods = baselines
    .filter(({ needs }) => needs === 'everything')
    .map((baseline) => ({
      name: baseline.name,
      score: baseline.fit({ ...everything, random: random.of(`baseline/${baseline.name}`) }),
    }));
  if (truth !== undefined) {
    methods.push({ name: 'true-preference', score: truthScorer(truth, world, target, plain) });
  }
  return methods.flatMap(({ name, score }) => {
    const evaluations = evaluateColdStart({
      scorer: (_, { person }) => score(person),
      cold,
      items: target.catalogue.length,
      negatives: candidates,
      seed: world.seed,
      signal,
    });
    return seedRows({
      subject: {
        target: world.target,
        sources: world.sources,
        method: name,
        release: 'none',
        epsilon: null,
        epsilon0: null,
      },
      seed: world.seed,
      evaluations,
      cold,
      popularity: itemCounts(target),
      keep: hidden.keep ?? world.keep,
      groupCutoffs: [10],
    });
  });
}

/** The world's own catalogue is longer than the file's, which lacks what cold persons alone have met, and in another order. */
function truthScorer(
  truth: WorldTruth,
  world: TrialWorld,
  target: Domain,
  plain: ReadonlyMap<string, string>,
): (person: string) => Float32Array {
  const place = new Map(truth.catalogue(world.target).map((id, item) => [id, item]));
  const order = Uint32Array.from(target.catalogue, (id) => place.get(id) ?? 0);
  return (person) => {
    const preference = truth.preference(world.target, plain.get(person) ?? '');
    return Float32Array.from(order, (item) => preference[item]);
  };
}

function domainNamed(domains: ReadonlyMap<string, Domain>, name: string): Domain {
  const domain = domains.get(name);
  if (domain === undefined) throw new RangeError(`no domain "${name}"`);
  return domain;
}
