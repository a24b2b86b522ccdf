/**
 * The files of one trial: a federation as its platforms would have it on their disks. They are made in the run's folder
 * and deleted with the trial, because they hold persons' rows and keys.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writePseudonymKey } from '../client/pseudonym-key.ts';
import { PSEUDONYM_KEY_BYTES } from '../core/crypto/pseudonym.ts';
import type { ColdPerson } from '../core/data/cold-person.ts';
import type { Domain } from '../core/data/domain.ts';
import { draftManifest, roundAbout } from '../core/federation/draft.ts';
import { generateIdentity } from '../core/federation/identity.ts';
import type { Identity } from '../core/federation/identity.ts';
import { formatManifest } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { formatVocabulary, vocabularyHash } from '../core/data/vocabulary.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { encoderSpec } from '../core/transfer/expression.ts';
import { writeIdentity } from '../host/federation-files.ts';
import { trainsInRounds } from './options.ts';
import { writeOut } from './out-folder.ts';
import type { SimulationOptions } from './options.ts';
import type { Variant } from './variants.ts';
import { writeDomain } from './worlds/write-world.ts';

/** A world with its hidden interactions, for one seed. All variants of that seed share it. */
export interface TrialWorld {
  readonly seed: string;
  /** Each platform's domain; the target's without its cold persons. */
  readonly domains: readonly Domain[];
  readonly target: string;
  readonly sources: readonly string[];
  readonly cold: readonly ColdPerson[];
  /** Persons known on both sides whose link may be used. */
  readonly linked: readonly string[];
  /** Persons of a published split whose hidden positives may be used to choose hyper-parameters. */
  readonly validation?: readonly ColdPerson[];
  /** Platforms that take the shared model and contribute nobody; absent: none. */
  readonly taking?: readonly string[];
  /** Ids over which the platforms sum together; absent: the federation has no vocabulary. */
  readonly vocabulary?: readonly string[];
  /** M; absent: the number of platforms. */
  readonly mostPlatforms?: number;
  /** 1 for a positive without a twin on a source, in the order of `cold`. */
  readonly keep: Uint8Array;
}

/** Data files, the same for all variants of a seed. */
export interface DataFiles {
  readonly folder: string;
  /** Path of the data file, by platform. */
  readonly data: Readonly<Record<string, string>>;
  readonly hidden: string;
  /** File of the persons who consent to releases to the target, one id per line. */
  readonly consenting: string;
  readonly pseudonymKey: string;
  /** Path of the vocabulary; null if the federation has none. */
  readonly vocabulary: string | null;
  /** Folder of factors that the processes of the seed share. */
  readonly factors: string;
}

export async function writeDataFiles(world: TrialWorld, folder: string): Promise<DataFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const data: Record<string, string> = {};
  for (const domain of world.domains) data[domain.name] = (await writeDomain(domain, folder)).interactions;
  const target = world.domains.find(({ name }) => name === world.target);
  const hidden = join(folder, 'hidden.tsv');
  await writeOut(hidden, target === undefined ? '' : hiddenLines(world, target));
  const consenting = join(folder, 'consenting');
  await writeOut(consenting, [...world.linked, ...world.cold.map(({ person }) => person)].join('\n'));
  const pseudonymKey = join(folder, 'pseudonym.key');
  writePseudonymKey(pseudonymKey, seededRandom(`${world.seed}/pseudonyms`).bytes(PSEUDONYM_KEY_BYTES));
  const vocabulary = world.vocabulary === undefined ? null : join(folder, 'vocabulary.txt');
  if (vocabulary !== null) await writeOut(vocabulary, formatVocabulary(world.vocabulary ?? []));
  return { folder, data, hidden, consenting, pseudonymKey, vocabulary, factors: join(folder, 'factors') };
}

function hiddenLines({ cold, keep }: TrialWorld, { catalogue }: Domain): string {
  let text = 'person\titem\tinteractions\ttwin\n';
  let at = 0;
  for (const { person, positives, sourceInteractions } of cold) {
    for (const item of positives) {
      text += `${person}\t${catalogue[item]}\t${sourceInteractions}\t${keep[at++] === 1 ? 0 : 1}\n`;
    }
  }
  return text;
}

/** One variant's federation: manifest and keys. */
export interface FederationFiles {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly manifestFile: string;
  readonly coordinatorKey: string;
  /** Path of the key file, by platform. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Time that a simulated stage may take. It is long, because many processes share few cores. */
const STAGE_TIMEOUT_MS = 60_000;

/** The manifest of one variant, and the identities whose keys it names. */
export function manifestOf(
  world: Pick<TrialWorld, 'seed' | 'domains' | 'sources' | 'taking' | 'vocabulary' | 'mostPlatforms'>,
  variant: Variant,
  options: SimulationOptions,
): { readonly manifest: Manifest; readonly identities: ReadonlyMap<string, Identity> } {
  const { seed, domains, sources, taking = [], mostPlatforms = domains.length } = world;
  const identity = (name: string): Identity => generateIdentity(name, seededRandom(`${seed}/identity/${name}`));
  const coordinator = identity('coordinator');
  const platforms = domains.map((domain) => ({
    identity: identity(domain.name),
    items: domain.catalogue.length,
    personsAbout: roundAbout(domain.persons.length),
    ...(taking.includes(domain.name) && { takes: true as const }),
  }));
  const inRounds = trainsInRounds(variant.strategy, options.rounds);
  const manifest = draftManifest({
    federation: 'simulation',
    seed,
    coordinator,
    platforms,
    ...(world.vocabulary && { vocabulary: vocabularyEntry(world.vocabulary) }),
    encoder: encoderSpec(variant.strategy, options.settings),
    privacy: {
      epsilon: variant.budget,
      delta: options.delta,
      colluding: options.colluding,
      ...(options.dropouts !== null && { dropouts: options.dropouts }),
      maxPlatformsPerPerson: mostPlatforms,
      release: variant.release,
      epsilon0: variant.epsilon0,
      sources: [...sources],
      ...(inRounds && options.sampling !== null && variant.budget !== null && { sampling: options.sampling }),
      ...(inRounds && options.clipQuantile !== null && { clipQuantile: options.clipQuantile }),
    },
    rounds: { count: options.rounds, stageTimeoutMs: STAGE_TIMEOUT_MS },
    unsafeTrial: true,
  });
  const identities = [coordinator, ...platforms.map((platform) => platform.identity)];
  return { manifest, identities: new Map(identities.map((one) => [one.name, one])) };
}

function vocabularyEntry(ids: readonly string[]): { readonly sha256: string; readonly items: number } {
  return { sha256: vocabularyHash(new TextEncoder().encode(formatVocabulary(ids))), items: new Set(ids).size };
}

export async function writeFederationFiles(
  world: TrialWorld,
  variant: Variant,
  options: SimulationOptions,
  folder: string,
): Promise<FederationFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { manifest, identities } = manifestOf(world, variant, options);
  const manifestFile = join(folder, 'manifest.yaml');
  await writeOut(manifestFile, formatManifest(manifest));
  const keys: Record<string, string> = {};
  for (const [name, identity] of identities) {
    keys[name] = join(folder, `${name}.key`);
    writeIdentity(keys[name], identity);
  }
  const { coordinator: coordinatorKey, ...platformKeys } = keys;
  return { folder, manifest, manifestFile, coordinatorKey, keys: platformKeys };
}
