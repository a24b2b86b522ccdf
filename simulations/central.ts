/**
 * Reference rows: the baselines, including those with all data in one place, and the truth where it is known. They use
 * the same positives and candidates as the strategies inside the target, so that gains are paired.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { openByReadingBeside } from '../client/data/open.ts';
import { candidatesOf } from '../client/evaluation/evaluate.ts';
import { readHidden } from '../client/evaluation/hidden.ts';
import type { EvaluationSettings } from '../client/evaluation/settings.ts';
import { unsafeSharedKeyPseudonyms } from '../core/crypto/pseudonym.ts';
import type { PseudonymScheme } from '../core/crypto/pseudonym.ts';
import type { ColdPerson } from '../core/data/cold-person.ts';
import type { Domain } from '../core/data/domain.ts';
import { itemCounts, itemIndex } from '../core/data/select.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import type { Evaluation } from '../core/evaluation/evaluate.ts';
import type { Negatives } from '../core/evaluation/negatives.ts';
import { personQualities } from '../core/evaluation/per-person.ts';
import type { PersonQuality } from '../core/evaluation/per-person.ts';
import { seedRows } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import { seededStreams } from '../core/random/streams.ts';
import { baselines } from '../core/transfer/baselines/registry.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { factorFolder } from './factor-folder.ts';
import { sampledUnlessNamed } from './options.ts';
import type { SimulationOptions } from './options.ts';
import { cpuSecondsSince } from './hosts/spent.ts';
import type { Spent } from './hosts/spent.ts';
import type { DataFiles, TrialWorld } from './trial-files.ts';
import type { WorldTruth } from './worlds/world.ts';

/** The measurements to make, as plain data that can be sent to a child process. */
export interface ReferenceOrder {
  readonly seed: string;
  readonly target: string;
  readonly sources: readonly string[];
  readonly linked: readonly string[];
  /** Persons whose hidden positives may be used to choose hyper-parameters, with the ids of these items. */
  readonly validation?: readonly { readonly person: string; readonly items: readonly string[] }[];
  readonly files: DataFiles;
  readonly settings: EvaluationSettings;
}

/** Rows, the quality for each cold person, and the processor time of each baseline. */
export interface References {
  readonly rows: readonly SeedRow[];
  readonly perPerson: readonly PersonQuality[];
  readonly spent: readonly Spent[];
}

/** Receives the name of the baseline under way (empty at the end), and the finished fraction of all baselines, 0 to 1. */
export type OnReferences = (baseline: string, fraction: number) => void;

/**
 * The part of the processor time that each baseline takes, for the estimate of the time left. Measured on the default world and on
 * food -> kitchen.
 */
const SHARES: Readonly<Record<string, number>> = {
  random: 0.04,
  popularity: 0.02,
  'local-only': 0.07,
  prior: 0.02,
  'prior-count': 0.02,
  'user-knn': 0.05,
  ceiling: 0.78,
};

/** Every reference row of one seed. @param baselines computes the baselines' rows, here or in a child process. */
export async function referenceRows(
  world: TrialWorld,
  files: DataFiles,
  options: SimulationOptions,
  {
    truth,
    signal,
    baselines,
    onProgress = () => undefined,
  }: {
    readonly truth: WorldTruth | undefined;
    readonly signal: AbortSignal;
    readonly baselines: typeof baselineRows;
    readonly onProgress?: OnReferences;
  },
): Promise<References> {
  const order = referenceOrder(world, files, options);
  const references = await baselines(order, signal, onProgress);
  if (truth === undefined) return references;
  const truly = await truthRows(order, truth, signal);
  return {
    ...references,
    rows: [...references.rows, ...truly.rows],
    perPerson: [...references.perPerson, ...truly.perPerson],
  };
}

function referenceOrder(world: TrialWorld, files: DataFiles, options: SimulationOptions): ReferenceOrder {
  const { seed, target, sources, linked, validation } = world;
  const catalogue = world.domains.find(({ name }) => name === target)?.catalogue ?? [];
  return {
    seed,
    target,
    sources,
    linked,
    ...(validation && {
      validation: validation.map(({ person, positives }) => ({
        person,
        items: Array.from(positives, (item) => catalogue[item]),
      })),
    }),
    files,
    settings: { protocol: sampledUnlessNamed(options.protocol), negatives: options.negatives, seed },
  };
}

/** Rows of all baselines. On large worlds it computes for minutes and blocks the event loop. */
export async function baselineRows(
  order: ReferenceOrder,
  signal: AbortSignal,
  onProgress: OnReferences = () => undefined,
): Promise<References> {
  const spent: Spent[] = [];
  const factors = factorMemory(order.seed, factorFolder(order.files.factors));
  let began = process.cpuUsage();
  let made = 0;
  const lap = (what: string): void => {
    const part = `references: ${what}`;
    spent.push({ part, cpuSeconds: cpuSecondsSince(began), factorisations: factors.made - made });
    began = process.cpuUsage();
    made = factors.made;
  };
  const open = await openInOnePlace(order);
  const { target, sources, linked, validation } = open;
  // A catalogue that is too small for the negatives fails here, before the long fits.
  const candidates = candidatesOf(order.settings, target, open.cold);
  lap('reading');
  const random = seededStreams(`${order.seed}/central`);
  const { factorise } = factors;
  const everything = { target, linked, sources, ...(validation && { validation }), factorise, signal };
  let finished = 0;
  const perPerson: PersonQuality[] = [];
  const rows = baselines.flatMap((baseline) => {
    const { name } = baseline;
    const share = SHARES[name] ?? 0;
    const tell = (fraction: number): void => onProgress(name, Math.min(1, finished + share * fraction));
    tell(0);
    // Ranking the cold persons takes about the last tenth of a baseline's time.
    const score = baseline.fit({
      ...everything,
      random: random.of(`baseline/${name}`),
      onProgress: (part) => tell(0.9 * part),
    });
    const measured = measure(order, open, candidates, score, signal);
    perPerson.push(...personQualities(name, measured));
    const own = rowsOf(order, open, name, measured);
    lap(name);
    finished += share;
    return own;
  });
  onProgress('', 1);
  return { rows, perPerson, spent };
}

/** The best possible scores: the world's own preferences. */
async function truthRows(
  order: ReferenceOrder,
  truth: WorldTruth,
  signal: AbortSignal,
): Promise<Pick<References, 'rows' | 'perPerson'>> {
  const open = await openTarget(order);
  const place = new Map(truth.catalogue(order.target).map((id, item) => [id, item]));
  // The file's catalogue has another order, and lacks items that only cold persons have met.
  const items = Uint32Array.from(open.target.catalogue, (id) => placeOf(id, place));
  const score = (person: string): Float32Array => {
    const preference = truth.preference(order.target, open.plain.get(person) ?? '');
    return Float32Array.from(items, (item) => preference[item]);
  };
  const candidates = candidatesOf(order.settings, open.target, open.cold);
  const method = 'true-preference';
  const measured = measure(order, open, candidates, score, signal);
  return { rows: rowsOf(order, open, method, measured), perPerson: personQualities(method, measured) };
}

function measure(
  { seed }: ReferenceOrder,
  { target, cold }: OpenTarget,
  negatives: readonly Negatives[],
  score: (person: string) => Float32Array,
  signal: AbortSignal,
): readonly Evaluation[] {
  return evaluateColdStart({
    scorer: (_, { person }) => score(person),
    cold,
    items: target.catalogue.length,
    negatives,
    seed,
    signal,
  });
}

function rowsOf(
  { seed, target: name, sources }: ReferenceOrder,
  { target, cold, keep }: OpenTarget,
  method: string,
  evaluations: readonly Evaluation[],
): SeedRow[] {
  const subject = { target: name, sources, method, release: 'none', epsilon: null, epsilon0: null };
  return seedRows({ subject, seed, evaluations, cold, popularity: itemCounts(target), keep, groupCutoffs: [10] });
}

/**
 * The target as it reads itself, under pseudonyms. The order of the catalogue, and with it the candidates, follows from
 * the file.
 */
interface OpenTarget {
  readonly target: Domain;
  readonly cold: readonly ColdPerson[];
  /** 1 for a positive without a twin on a source, in the order of `cold`. */
  readonly keep: Uint8Array;
  /** Maps a cold person's pseudonym to the world's own id. */
  readonly plain: ReadonlyMap<string, string>;
}

interface InOnePlace extends OpenTarget {
  readonly sources: readonly Domain[];
  readonly linked: readonly string[];
  readonly validation?: readonly ColdPerson[];
}

async function openTarget({ files, target }: ReferenceOrder): Promise<OpenTarget> {
  const scheme = await schemeOf(files);
  const { domain } = await openByReadingBeside(files.data[target], { name: target });
  const { cold, keep } = readHidden(files.hidden, domain);
  if (keep === undefined) throw new RangeError(`${files.hidden} does not say which positives have a twin`);
  const renamed = await underPseudonyms(scheme, cold);
  return {
    target: { ...domain, persons: await scheme.pseudonyms(domain.persons) },
    cold: renamed,
    keep,
    plain: new Map(renamed.map(({ person }, index) => [person, cold[index].person])),
  };
}

async function openInOnePlace(order: ReferenceOrder): Promise<InOnePlace> {
  const { files, sources, linked, validation } = order;
  const scheme = await schemeOf(files);
  const open = await openTarget(order);
  const place = itemIndex(open.target);
  const chosenOn = validation?.map(({ person, items }) => {
    return { person, positives: Uint32Array.from(items, (id) => placeOf(id, place)), sourceInteractions: 0 };
  });
  return {
    ...open,
    sources: await Promise.all(
      sources.map(async (name) => {
        const { domain } = await openByReadingBeside(files.data[name], { name });
        return { ...domain, persons: await scheme.pseudonyms(domain.persons) };
      }),
    ),
    linked: await scheme.pseudonyms(linked),
    ...(chosenOn && { validation: await underPseudonyms(scheme, chosenOn) }),
  };
}

async function schemeOf({ pseudonymKey }: DataFiles): Promise<PseudonymScheme> {
  return unsafeSharedKeyPseudonyms(Buffer.from((await readFile(pseudonymKey, 'utf8')).trim(), 'base64'));
}

async function underPseudonyms(
  scheme: PseudonymScheme,
  persons: readonly ColdPerson[],
): Promise<readonly ColdPerson[]> {
  const pseudonyms = await scheme.pseudonyms(persons.map(({ person }) => person));
  return persons.map((person, index) => ({ ...person, person: pseudonyms[index] }));
}

function placeOf(id: string, place: ReadonlyMap<string, number>): number {
  const found = place.get(id);
  if (found === undefined) throw new RangeError(`the target's catalogue has no item ${id}`);
  return found;
}
