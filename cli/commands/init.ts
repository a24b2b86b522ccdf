import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writePseudonymKey } from '../../client/pseudonym-key.ts';
import { PSEUDONYM_KEY_BYTES } from '../../core/crypto/pseudonym.ts';
import { lossesText } from '../../core/claims/losses.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { CommandError } from '../errors.ts';
import { generateIdentity, publicEntry } from '../../core/federation/identity.ts';
import { formatManifest, platformName } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { integer, list, positive, setting, text } from '../arguments.ts';
import { writeIdentity } from '../../host/federation-files.ts';
import { systemReason } from '../../host/files.ts';
import { systemRandom } from '../../host/system.ts';

interface InitOptions {
  readonly platforms?: readonly string[];
  readonly identityOnly?: string;
  readonly out: string;
  readonly federation: string;
  readonly seed?: string;
  readonly items?: readonly number[];
  readonly persons?: readonly number[];
  readonly strategy: string;
  readonly set?: readonly (readonly [string, unknown])[];
  readonly epsilon: number;
  readonly delta: number;
  readonly privacy: boolean;
  readonly rounds: number;
  readonly colluding: number;
  readonly dropouts?: number;
  readonly refunds?: number;
  readonly platformsPerPerson: number;
  readonly release: 'raw' | 'ldp' | 'cohort' | 'none';
  readonly epsilon0?: number;
  readonly sources?: readonly string[];
  readonly sampling?: number;
  readonly clipQuantile?: number;
  readonly clipWeights?: readonly number[];
  readonly unsafeSharedPseudonymKey?: boolean;
}

const PSEUDONYM_KEY = 'pseudonym.key';

/** Sizes that stand in a manifest until a platform tells its own. */
const PLACEHOLDER = { items: 10_000, persons: 10_000 };

export function initCommand(): Command {
  return new Command('init')
    .description('make identities (key files for their owners alone) and a signed manifest for a new federation')
    .option('--platforms <names>', 'comma-separated; makes a key file for each', list(platform))
    .option('--identity-only <name>', 'make one key file, and print what the maker of the manifest needs', platform)
    .requiredOption('--out <dir>', 'where the files go; made where it is missing')
    .option('--federation <name>', 'name of the federation', 'my-federation')
    .option('--seed <text>', 'public text from which the first shared model is made (default: random)')
    .option('--items <counts>', 'catalogue size of each platform, in the same order', list(integer(1)))
    .option('--persons <counts>', 'about how many persons each has: a round number', list(integer(1)))
    .option('--strategy <name>', 'how knowledge moves between the platforms', 'private-subspace')
    .option('--set <key=value>', 'a setting of the strategy; may be given several times', setting)
    .option('--epsilon <number>', 'total privacy budget for everything trained', positive, 4)
    .option('--delta <number>', 'its delta', positive, 1e-6)
    .option('--no-privacy', 'NO noise at all: the manifest promises nothing to anyone')
    .option('--rounds <count>', 'rounds of the shared model', integer(0), 0)
    .option('--colluding <count>', 'platforms that may pool what they saw with the coordinator', integer(0), 0)
    .option(
      '--dropouts <count>',
      'platforms whose loss a sum survives (default: 1 from four platforms on, else 0)',
      integer(0),
    )
    .option(
      '--refunds <count>',
      'charges of broken attempts that a ledger may take back (default: a third of the rounds, 3 at least)',
      integer(0),
    )
    .option(
      '--platforms-per-person <count>',
      'on how many of the platforms one person may be; epsilon holds for persons on no more',
      integer(1),
      2,
    )
    .addOption(
      new Option('--release <mode>', 'what a target gets of a representation')
        .choices(['raw', 'ldp', 'cohort', 'none'])
        .default('raw'),
    )
    .option('--epsilon0 <number>', 'budget of one released code, for ldp and cohort', positive)
    .option('--sources <names>', 'platforms that release (default: all)', list(platform))
    .option(
      '--sampling <share>',
      'each round takes every person by a secret coin that shows this; everybody if absent',
      positive,
    )
    .option('--clip-quantile <share>', "let the bound on a person's part of a round follow this quantile", positive)
    .option(
      '--clip-weights <list>',
      'how much of the bound on one person each platform takes, in the same order',
      list(positive),
    )
    .option('--unsafe-shared-pseudonym-key', 'also make a key under which all platforms compute the same pseudonyms')
    .addHelpText(
      'after',
      `
Files: DIR/manifest.yaml (public), DIR/coordinator.key, DIR/<platform>.key (mode 0600: hand each to its owner alone).

Examples:
  isthmus init --platforms films,books,music --out my-federation
  isthmus init --platforms food,kitchen --items 11837,16258 --persons 7000,7000 --strategy linear-bridge --out pair
  isthmus init --identity-only films --out keys      each platform makes its own key; the secret never travels`,
    )
    .action(init);
}

function init(options: InitOptions): void {
  try {
    mkdirSync(options.out, { recursive: true });
  } catch (cause) {
    throw new CommandError('INIT_UNWRITABLE', `cannot make ${options.out}: ${systemReason(cause)}`, { cause });
  }
  if (options.identityOnly !== undefined) initIdentity(options.identityOnly, options.out);
  else if (options.platforms !== undefined) initFederation(options.platforms, options);
  else
    throw new CommandError(
      'INIT_PLATFORMS',
      'name the platforms (--platforms films,books,music), or one with --identity-only',
    );
}

function initIdentity(name: string, out: string): void {
  const identity = generateIdentity(name, systemRandom);
  const file = join(out, `${name}.key`);
  writeIdentity(file, identity);
  const entry = publicEntry(identity);
  process.stdout.write(`${file} is the secret of ${name}: keep it, and give it to nobody.
For the platforms: list of the manifest, with your catalogue size and a round number near your count of persons:
  - name: ${entry.name}
    identity: ${entry.identity}
    seal: ${entry.seal}
    items: 0
    personsAbout: 0
`);
}

function initFederation(platforms: readonly string[], options: InitOptions): void {
  const { out } = options;
  for (const [name, counts] of [
    ['--items', options.items ?? []],
    ['--persons', options.persons ?? []],
    ['--clip-weights', options.clipWeights ?? []],
  ] as const) {
    if (counts.length !== 0 && counts.length !== platforms.length) {
      throw new CommandError('INIT_COUNTS', `${name} has ${counts.length} numbers for ${platforms.length} platforms`);
    }
  }
  const manifestFile = join(out, 'manifest.yaml');
  refuseOver(manifestFile, keysOf(options, platforms));
  const coordinator = generateIdentity('coordinator', systemRandom);
  const members = platforms.map((name, index) => ({
    identity: generateIdentity(name, systemRandom),
    items: options.items?.at(index) ?? PLACEHOLDER.items,
    personsAbout: options.persons?.at(index) ?? PLACEHOLDER.persons,
  }));
  // Checked before any file is made, so that a refused option leaves nothing behind.
  const manifest = draftManifest({ ...draftOf(options), coordinator, platforms: members });
  const plan = planFederation(manifest);
  const made: string[] = [];
  try {
    for (const identity of [coordinator, ...members.map((member) => member.identity)]) {
      const file = join(out, `${identity.name}.key`);
      writeIdentity(file, identity);
      made.push(file);
    }
    if (options.unsafeSharedPseudonymKey === true) {
      const file = join(out, PSEUDONYM_KEY);
      writePseudonymKey(file, systemRandom.bytes(PSEUDONYM_KEY_BYTES));
      made.push(file);
    }
    // Last, and whole or not at all: where it stands, everything else does.
    writeWhole(manifestFile, formatManifest(manifest));
  } catch (error) {
    // Nobody has been told of these keys.
    for (const file of made) rmSync(file, { force: true });
    throw error;
  }
  process.stdout.write(report(options, plan, manifestFile, platforms));
}

function keysOf({ out, unsafeSharedPseudonymKey }: InitOptions, platforms: readonly string[]): readonly string[] {
  const keys = ['coordinator', ...platforms].map((name) => `${name}.key`);
  return [...keys, ...(unsafeSharedPseudonymKey === true ? [PSEUDONYM_KEY] : [])].map((name) => join(out, name));
}

/** @throws CommandError INIT_EXISTS naming everything that is in the way. */
function refuseOver(manifestFile: string, keys: readonly string[]): void {
  if (existsSync(manifestFile)) {
    throw new CommandError('INIT_EXISTS', `${manifestFile} exists already: choose another --out, or move it away`);
  }
  const there = keys.filter((file) => existsSync(file));
  if (there.length === 0) return;
  throw new CommandError(
    'INIT_EXISTS',
    `there are keys, but no manifest: an earlier "isthmus init" was killed, or the keys are of another federation. ` +
      `Choose another --out, or, if nobody uses them, remove ${there.join(' ')}`,
  );
}

/** @throws CommandError INIT_UNWRITABLE */
function writeWhole(file: string, text: string): void {
  const next = `${file}.next`;
  try {
    writeFileSync(next, text);
    renameSync(next, file);
  } catch (cause) {
    // A part of it, on a full disk. A folder of that name was there before.
    if (statSync(next, { throwIfNoEntry: false })?.isFile() === true) rmSync(next);
    throw new CommandError('INIT_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}`, { cause });
  }
}

function draftOf(options: InitOptions): Omit<Draft, 'coordinator' | 'platforms'> {
  const { delta, colluding, dropouts, refunds, platformsPerPerson, release, epsilon0, sources } = options;
  const { sampling, clipQuantile, clipWeights, platforms = [] } = options;
  return {
    federation: options.federation,
    seed: options.seed ?? Buffer.from(systemRandom.bytes(16)).toString('hex'),
    strategy: { name: options.strategy, settings: Object.fromEntries(options.set ?? []) },
    privacy: {
      epsilon: options.privacy ? options.epsilon : null,
      delta,
      colluding,
      ...(dropouts === undefined ? {} : { dropouts }),
      maxPlatformsPerPerson: platformsPerPerson,
      release,
      epsilon0: epsilon0 ?? null,
      ...(sources === undefined ? {} : { sources: [...sources] }),
      ...(sampling === undefined ? {} : { sampling }),
      ...(clipQuantile === undefined ? {} : { clipQuantile }),
      ...(clipWeights === undefined
        ? {}
        : { clipWeights: Object.fromEntries(platforms.map((name, index) => [name, clipWeights[index]])) }),
    },
    rounds: { count: options.rounds, ...(refunds === undefined ? {} : { refunds }) },
  };
}

function report(
  options: InitOptions,
  { privacy }: FederationPlan,
  manifestFile: string,
  platforms: readonly string[],
): string {
  const { out } = options;
  const [first] = platforms;
  const lines = [
    `${manifestFile} names ${platforms.join(', ')}; it is public, and signed.`,
    `${out}/*.key are secrets: hand each to its owner alone.`,
  ];
  if (!options.privacy) lines.push('', 'NO PRIVACY: this manifest holds no noise and promises nothing to anyone.');
  const losses = lossesText(privacy);
  if (losses !== undefined) lines.push('', `Rounds: ${losses}.`);
  if (options.unsafeSharedPseudonymKey === true) {
    lines.push('', `UNSAFE: whoever holds ${out}/pseudonym.key can compute everybody's pseudonym from a list of ids.`);
  }
  if (options.items === undefined || options.persons === undefined) {
    lines.push(
      '',
      `Sizes are placeholders: put each platform's items and personsAbout into ${manifestFile}, then`,
      `  isthmus manifest sign ${manifestFile} --identity ${out}/coordinator.key`,
    );
  }
  lines.push(
    '',
    'Next:',
    `  isthmus coordinator --manifest ${manifestFile} --identity ${out}/coordinator.key --store coordinator.db`,
    `  isthmus data inspect ${first}.tsv`,
    `  isthmus platform --manifest ${manifestFile} --identity ${out}/${first}.key --data ${first}.tsv --state ${first}-state --coordinator http://localhost:7480`,
    '',
  );
  return lines.join('\n');
}

function platform(value: string): string {
  const result = platformName.safeParse(text(value));
  if (!result.success) throw new InvalidArgumentError(`"${value}" ${result.error.issues[0].message}.`);
  return result.data;
}
