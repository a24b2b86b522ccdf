/**
 * Reference rows: the baselines, those among them that need all data in one place, and the truth where it is known.
 * Measured on the same positives and candidates as the strategies inside the target, so that gains are paired.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { openDomain } from '../client/data/open.ts';
import { candidatesOf } from '../client/evaluation/evaluate.ts';
import { readHidden } from '../client/evaluation/hidden.ts';
import type { EvaluationSettings } from '../client/evaluation/settings.ts';
import { unsafeSharedKeyPseudonyms } from '../core/crypto/pseudonym.ts';
import type { ColdPerson } from '../core/data/cold-person.ts';
import type { Domain } from '../core/data/domain.ts';
import { itemCounts, itemIndex } from '../core/data/select.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { seedRows } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import { seededStreams } from '../core/random/streams.ts';
import { baselines } from '../core/transfer/baselines/registry.ts';
import { factoriseTarget } from '../core/transfer/decoder/target-factors.ts';
import type { Factors } from '../core/transfer/factors/implicit-als.ts';
import type { SimulationOptions } from './options.ts';
import type { DataFiles, TrialWorld } from './trial-files.ts';
import type { WorldTruth } from './worlds/world.ts';

/** What is measured, in plain data: it may be sent to a process of its own. */
export interface ReferenceOrder {
  readonly seed: string;
  readonly target: string;
  readonly sources: readonly string[];
  readonly linked: readonly string[];
  readonly keep: Uint8Array;
  /** Persons whose hidden positives may be used to choose hyper-parameters, by the ids of their items. */
  readonly validation?: readonly { readonly person: string; readonly items: readonly string[] }[];
  readonly files: DataFiles;
  readonly settings: EvaluationSettings;
}

export function referenceOrder(world: TrialWorld, files: DataFiles, options: SimulationOptions): ReferenceOrder {
  const { seed, target, sources, linked, keep, validation } = world;
  const catalogue = world.domains.find(({ name }) => name === target)?.catalogue ?? [];
  return {
    seed,
    target,
    sources,
    linked,
    keep,
    ...(validation && {
      validation: validation.map(({ person, positives }) => ({
        person,
        items: Array.from(positives, (item) => catalogue[item]),
      })),
    }),
    files,
    settings: { protocol: options.protocol, negatives: options.negatives, seed },
  };
}

/** Rows of all baselines. Computes for minutes on large worlds without letting anything else run. */
export async function baselineRows(order: ReferenceOrder, signal: AbortSignal): Promise<SeedRow[]> {
  const open = await openInOnePlace(order);
  const { target, sources, linked, validation } = open;
  const candidates = candidatesOf(order.settings, target);
  // A catalogue too small for the negatives is told now, and not after the fits.
  for (const one of candidates) if (one.name !== 'full') for (const person of open.cold) one.draw(person);
  const random = seededStreams(`${order.seed}/central`);
  let factors: Factors | undefined;
  const everything = {
    target,
    linked,
    sources,
    ...(validation && { validation }),
    factors: () => (factors ??= factoriseTarget(target, random.of('baseline/factors'), { signal })),
    signal,
  };
  return baselines.flatMap((baseline) => {
    const score = baseline.fit({ ...everything, random: random.of(`baseline/${baseline.name}`) });
    return rowsOf(order, open, baseline.name, score, signal);
  });
}

/** Rows of the best that could be known: the world's own preferences. */
export async function truthRows(order: ReferenceOrder, truth: WorldTruth, signal: AbortSignal): Promise<SeedRow[]> {
  const open = await openInOnePlace(order);
  const place = new Map(truth.catalogue(order.target).map((id, item) => [id, item]));
  // The file's catalogue is in another order, and lacks what cold persons alone have met.
  const items = Uint32Array.from(open.target.catalogue, (id) => place.get(id) ?? 0);
  const score = (person: string): Float32Array => {
    const preference = truth.preference(order.target, open.plain.get(person) ?? '');
    return Float32Array.from(items, (item) => preference[item]);
  };
  return rowsOf(order, open, 'true-preference', score, signal);
}

function rowsOf(
  { seed, settings, target: name, sources }: ReferenceOrder,
  { target, cold, keep }: InOnePlace,
  method: string,
  score: (person: string) => Float32Array,
  signal: AbortSignal,
): SeedRow[] {
  const evaluations = evaluateColdStart({
    scorer: (_, { person }) => score(person),
    cold,
    items: target.catalogue.length,
    negatives: candidatesOf(settings, target),
    seed,
    signal,
  });
  const subject = { target: name, sources, method, release: 'none', epsilon: null, epsilon0: null };
  return seedRows({ subject, seed, evaluations, cold, popularity: itemCounts(target), keep, groupCutoffs: [10] });
}

interface InOnePlace {
  readonly target: Domain;
  readonly sources: readonly Domain[];
  readonly linked: readonly string[];
  readonly cold: readonly ColdPerson[];
  readonly keep: Uint8Array;
  readonly validation?: readonly ColdPerson[];
  /** From a cold person's pseudonym to the world's own id. */
  readonly plain: ReadonlyMap<string, string>;
}

/** As the platforms read them, under pseudonyms: the order of a catalogue, and with it the candidates, follows from the files. */
async function openInOnePlace({
  files,
  target,
  sources,
  linked,
  keep,
  validation,
}: ReferenceOrder): Promise<InOnePlace> {
  const key = Buffer.from((await readFile(files.pseudonymKey, 'utf8')).trim(), 'base64');
  const scheme = unsafeSharedKeyPseudonyms(key);
  const renamed = async (persons: readonly ColdPerson[]): Promise<ColdPerson[]> => {
    const pseudonyms = await scheme.pseudonyms(persons.map(({ person }) => person));
    return persons.map((person, index) => ({ ...person, person: pseudonyms[index] }));
  };
  const open = async (name: string): Promise<Domain> => (await openDomain(files.data[name], { name })).domain;
  const underPseudonyms = async (domain: Domain): Promise<Domain> => {
    return { ...domain, persons: await scheme.pseudonyms(domain.persons) };
  };
  const own = await open(target);
  const hidden = readHidden(files.hidden, own);
  const cold = await renamed(hidden.cold);
  const place = itemIndex(own);
  const chosenOn = validation?.map(({ person, items }) => {
    return { person, positives: Uint32Array.from(items, (id) => place.get(id) ?? 0), sourceInteractions: 0 };
  });
  return {
    target: await underPseudonyms(own),
    sources: await Promise.all(sources.map(async (name) => underPseudonyms(await open(name)))),
    linked: await scheme.pseudonyms(linked),
    cold,
    keep: hidden.keep ?? keep,
    ...(chosenOn && { validation: await renamed(chosenOn) }),
    plain: new Map(cold.map(({ person }, index) => [person, hidden.cold[index].person])),
  };
}
