import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { openByReadingBeside } from '../../client/data/open.ts';
import { writePseudonymKey } from '../../client/pseudonym-key.ts';
import { PSEUDONYM_KEY_BYTES } from '../../core/crypto/pseudonym.ts';
import { UNSAFE_TRIAL } from '../../core/claims/claims.ts';
import { lossesText } from '../../core/claims/losses.ts';
import { draftManifest, roundAbout, withRoom } from '../../core/federation/draft.ts';
import { CommandError } from '../errors.ts';
import { generateIdentity, publicEntry } from '../../core/federation/identity.ts';
import { COORDINATOR, formatHalf, formatManifest } from '../../core/federation/manifest.ts';
import type { PublicHalf } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { integer, list, platform, text } from '../arguments.ts';
import { writeIdentity } from '../../host/federation-files.ts';
import { systemReason } from '../../host/files.ts';
import { systemRandom } from '../../host/system.ts';
import { writeWhole } from '../manifest-file.ts';
import { addPolicyOptions, partsOf } from '../policy-options.ts';
import type { PolicyFlags } from '../policy-options.ts';

interface InitOptions extends PolicyFlags {
  readonly name?: string;
  readonly coordinator: boolean;
  readonly platforms?: readonly string[];
  readonly out: string;
  readonly items?: readonly number[];
  readonly persons?: readonly number[];
  readonly data?: string;
  readonly takes?: readonly string[];
  readonly unsafeTrial: boolean;
  readonly unsafeSharedPseudonymKey?: boolean;
}

const PSEUDONYM_KEY = 'pseudonym.key';

/** Sizes of a trial without given sizes: room for samples. */
const TRIAL_SIZES = { items: 10_000, persons: 10_000 };

export function initCommand(): Command {
  const command = new Command('init')
    .description("make a member's identity and public half; or, for a trial, every member's and a manifest")
    .optionsGroup('Who:')
    .option('--name <platform>', 'the platform whose identity is made', platform)
    .option('--coordinator', "make the coordinator's identity", false)
    .option(
      '--platforms <names>',
      'for a trial: make the identities of all these, and of the coordinator',
      list(platform),
    )
    .option(
      '--unsafe-trial',
      'a trial: one command holds every key, nobody compares any, and every claim says so',
      false,
    )
    .requiredOption('--out <dir>', 'where the files go; made where it is missing', text)
    .optionsGroup('Sizes, which everybody sees:')
    .option(
      '--items <counts>',
      'most items a catalogue will have, with room to grow; in the order of --platforms',
      list(integer(1)),
    )
    .option('--persons <counts>', 'about how many persons there will be; in the order of --platforms', list(integer(1)))
    .option(
      '--takes <names>',
      'platforms that take the shared model and contribute nobody: they are in no sum, and release nothing',
      list(platform),
    )
    .option(
      '--data <source>',
      'take both from data that "isthmus data inspect" has looked at, with room for a quarter more',
      text,
    )
    .option(
      '--unsafe-shared-pseudonym-key',
      'also make the key under which all platforms compute the same pseudonyms: one platform makes it, for all',
    );
  return addPolicyOptions(command)
    .addHelpText(
      'after',
      `
A member makes its own identity: NAME.key (mode 0600) never leaves it, half-NAME.yaml is public and goes to the operator, who makes
the manifest of all halves (isthmus manifest make). Options from "What is learnt together" on are for a trial.

Examples:
  isthmus init --name films --items 12000 --persons 7000 --out keys
  isthmus init --name films --data films.tsv --out keys
  isthmus init --coordinator --out keys
  isthmus init --platforms films,books,music --unsafe-trial --out trial`,
    )
    .action(init);
  return command;
}

async function init(options: InitOptions): Promise<void> {
  const { name, coordinator, platforms, out } = options;
  const kinds = [name !== undefined, coordinator, platforms !== undefined].filter(Boolean).length;
  if (kinds !== 1) {
    throw new CommandError(
      'INIT_WHO',
      'name one platform (--name films), or the coordinator (--coordinator), or all platforms of a trial (--platforms films,books,music --unsafe-trial)',
    );
  }
  if (platforms !== undefined && !options.unsafeTrial) {
    throw new CommandError(
      'INIT_UNSAFE',
      'one command would hold every member’s key, and nobody would compare any: add --unsafe-trial if that is meant; else each member makes its own with --name',
    );
  }
  try {
    mkdirSync(out, { recursive: true });
  } catch (cause) {
    throw new CommandError('INIT_UNWRITABLE', `cannot make ${out}: ${systemReason(cause)}`, { cause });
  }
  if (platforms !== undefined) initTrial(platforms, options);
  else if (name !== undefined) {
    initMember(
      name,
      out,
      { ...(await sizesOf(name, options)), half: 'platform', ...takesOf(name, options) },
      options.unsafeSharedPseudonymKey,
    );
  } else initMember(COORDINATOR, out, { half: 'coordinator' });
}

function takesOf(name: string, { takes = [] }: InitOptions): { takes?: true } {
  return takes.includes(name) ? { takes: true } : {};
}

/** @throws CommandError INIT_COUNTS; DataError */
async function sizesOf(
  name: string,
  { items, persons, data }: InitOptions,
): Promise<{ readonly items: number; readonly personsAbout: number }> {
  if (data !== undefined) {
    const { domain } = await openByReadingBeside(data, { name });
    return { items: withRoom(domain.catalogue.length), personsAbout: withRoom(domain.persons.length) };
  }
  if (items?.length === 1 && persons?.length === 1) return { items: items[0], personsAbout: roundAbout(persons[0]) };
  throw new CommandError(
    'INIT_COUNTS',
    `tell how large "${name}" may grow: one number each for --items and --persons, or --data`,
  );
}

type Sizes =
  | { readonly half: 'platform'; readonly items: number; readonly personsAbout: number; readonly takes?: true }
  | { readonly half: 'coordinator' };

function initMember(name: string, out: string, sizes: Sizes, withPseudonymKey = false): void {
  const pseudonymKey = join(out, PSEUDONYM_KEY);
  // Another key would give every person another pseudonym.
  if (withPseudonymKey && existsSync(pseudonymKey)) {
    throw new CommandError('INIT_EXISTS', `${pseudonymKey} exists already: choose another --out, or move it away`);
  }
  const identity = generateIdentity(name, systemRandom);
  const entry = publicEntry(identity);
  const half: PublicHalf =
    sizes.half === 'coordinator' ? { half: 'coordinator', identity: entry.identity } : { ...entry, ...sizes };
  const keyFile = join(out, `${name}.key`);
  const halfFile = join(out, `half-${name}.yaml`);
  writeIdentity(keyFile, identity);
  try {
    writeWhole(halfFile, formatHalf(half), 'INIT_UNWRITABLE');
    if (withPseudonymKey) writePseudonymKey(pseudonymKey, systemRandom.bytes(PSEUDONYM_KEY_BYTES));
  } catch (error) {
    // Nobody has received this key yet, so it can be deleted.
    for (const file of [keyFile, halfFile]) rmSync(file, { force: true });
    throw error;
  }
  const room =
    sizes.half === 'coordinator'
      ? ''
      : `It shows everybody: up to ${sizes.items} items, about ${sizes.personsAbout} persons. Rows of items beyond that are left out.\n`;
  process.stdout.write(`${keyFile} is the secret of ${name}: keep it, and give it to nobody.
${halfFile} is public: send it to the maker of the manifest.
${withPseudonymKey ? `${pseudonymKey} is only for the platforms: anyone with it can compute the pseudonym of anybody whose id is known.\n` : ''}${room}Next, once the manifest comes back:
  isthmus manifest accept manifest.yaml --identity ${keyFile}
`);
}

function initTrial(platforms: readonly string[], options: InitOptions): void {
  const { out } = options;
  for (const [name, counts] of [
    ['--items', options.items ?? []],
    ['--persons', options.persons ?? []],
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
    items: options.items?.at(index) ?? TRIAL_SIZES.items,
    personsAbout: options.persons?.at(index) ?? TRIAL_SIZES.persons,
    ...takesOf(name, options),
  }));
  // Checked before any file is made, so that a refused option leaves nothing behind.
  const manifest = draftManifest({ ...partsOf(options), coordinator, platforms: members, unsafeTrial: true });
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
    // Written last and atomically: if the manifest exists, everything else does.
    writeWhole(manifestFile, formatManifest(manifest), 'INIT_UNWRITABLE');
  } catch (error) {
    // Nobody has received these keys yet, so they can be deleted.
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

function report(
  options: InitOptions,
  { privacy }: FederationPlan,
  manifestFile: string,
  platforms: readonly string[],
): string {
  const { out } = options;
  const [first] = platforms;
  const lines = [
    UNSAFE_TRIAL,
    '',
    `${manifestFile} names ${platforms.join(', ')}; it is public, and all of them have signed it.`,
    `${out}/*.key are secrets.`,
  ];
  if (!options.privacy) lines.push('', 'NO PRIVACY: this manifest holds no noise and promises nothing to anyone.');
  const losses = lossesText(privacy);
  if (losses !== undefined) lines.push('', `Rounds: ${losses}.`);
  if (options.unsafeSharedPseudonymKey === true) {
    lines.push('', `UNSAFE: anyone with ${out}/pseudonym.key can compute everybody's pseudonym from a list of ids.`);
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
