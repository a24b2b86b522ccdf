/**
 * `isthmus manifest make`: makes a manifest from the members' public halves, so that nobody edits YAML by hand.
 * @module
 */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { signedBy, verifySignatures } from '../../core/federation/co-signature.ts';
import { newManifest } from '../../core/federation/draft.ts';
import type { ManifestParts } from '../../core/federation/draft.ts';
import { farewellTo, parseFarewell } from '../../core/federation/farewell.ts';
import { COORDINATOR, formatManifest, parseHalf } from '../../core/federation/manifest.ts';
import type { Manifest, ManifestPlatform } from '../../core/federation/manifest.ts';
import { publicEntry } from '../../core/federation/identity.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { readIdentity } from '../../host/federation-files.ts';
import { readNamedFile } from '../../host/files.ts';
import { openLog } from '../../host/log.ts';
import { integer, list, platform, text } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { diffOf, diffText } from '../manifest-diff.ts';
import { manifestIn, writeWhole } from '../manifest-file.ts';
import { claimsOf, factsOf, wordsTable } from '../manifest-text.ts';
import { nextVersion } from '../next-version.ts';
import { addPolicyOptions, partsOf } from '../policy-options.ts';
import type { PolicyFlags } from '../policy-options.ts';

interface MakeFlags extends PolicyFlags {
  readonly from?: readonly string[];
  readonly after?: string;
  readonly leave?: readonly string[];
  readonly farewell?: readonly string[];
  readonly roundsDone?: number;
  readonly attemptsBefore?: number;
  readonly identity?: string;
  readonly out: string;
}

export function makeCommand(): Command {
  const command = new Command('make')
    .description("make a manifest from the members' public halves")
    .option(
      '--from <files...>',
      'the public half of every platform, and of the coordinator unless --identity names its key; after another version of those alone that join, or change',
    )
    .option('--identity <file>', "the coordinator's key file: names it, and signs for it", text)
    .option('--out <file>', 'file for the manifest; an existing file is never overwritten', text, 'manifest.yaml')
    .optionsGroup('The next version of a manifest, which keeps all that is not said:')
    .option('--after <manifest>', 'the version before it', text)
    .option('--leave <names>', 'platforms that leave', list(platform))
    .option('--farewell <files...>', 'farewells that platforms that leave wrote with "isthmus manifest farewell"')
    .option('--rounds-done <count>', 'rounds that are completed', integer(0))
    .option(
      '--attempts-before <count>',
      "attempts at the version before's rounds that may stand charged: who signs charges no more of them (default: its completed rounds and its spare attempts, and no fewer than a farewell counts)",
      integer(0),
    );
  return addPolicyOptions(command)
    .addHelpText(
      'after',
      `
The manifest then goes to every member, who compares its words with the others and signs it: isthmus manifest accept.

Examples:
  isthmus manifest make --from half-*.yaml --identity coordinator.key --epsilon 4 --platforms-per-person 3
  isthmus manifest make --from half-*.yaml --strategy shared-trunk --rounds 20 --colluding 1 --federation cinema
  isthmus manifest make --after manifest.yaml --from half-games.yaml --rounds-done 5 --identity coordinator.key --out manifest-2.yaml
  isthmus manifest make --after manifest-2.yaml --leave books --farewell books.farewell.yaml --rounds-done 8 --identity coordinator.key --out manifest-3.yaml`,
    )
    .action(make);
}

function make(flags: MakeFlags, command: Command): void {
  const { identity, out } = flags;
  if (existsSync(out)) {
    throw new CommandError('MANIFEST_EXISTS', `${out} exists already: choose another --out, or move it away`);
  }
  const own =
    identity === undefined ? undefined : readIdentity(identity, openLog({ level: 'warn', name: 'make', human: true }));
  const unsigned = newManifest(
    partsFor(flags, command, own && { file: identity ?? '', key: publicEntry(own).identity }),
  );
  const plan = planFederation(unsigned);
  const manifest = own === undefined ? unsigned : signedBy(unsigned, [own]);
  writeWhole(out, formatManifest(manifest), 'MANIFEST_UNWRITABLE');
  const diff = diffOf(plan);
  process.stdout.write(`${factsOf(plan)}\n${diff === undefined ? '' : `${diffText(diff)}\n`}${claimsOf(plan)}
${out} is public${own === undefined ? '' : ', and signed by the coordinator'}. Its words:
${wordsTable(manifestWords(manifest))}
${nextSteps(manifest, out)}`);
}

/** Key file of the coordinator, and its public identity. */
interface OwnKey {
  readonly file: string;
  readonly key: string;
}

/** @throws CommandError MANIFEST_AFTER, MANIFEST_HALVES; FederationError */
function partsFor(flags: MakeFlags, command: Command, own: OwnKey | undefined): ManifestParts {
  const { from = [], after, leave = [], farewell = [], roundsDone, attemptsBefore } = flags;
  if (after === undefined) {
    const stray = (['leave', 'farewell', 'roundsDone', 'attemptsBefore'] as const).find(
      (name) => flags[name] !== undefined,
    );
    if (stray !== undefined || from.length === 0) {
      throw new CommandError(
        'MANIFEST_AFTER',
        "name every platform's public half with --from for a first version, or the version before with --after",
      );
    }
    const { coordinator, platforms } = membersIn(from, own);
    return { ...partsOf(flags), coordinator: { identity: coordinator }, platforms };
  }
  const before = manifestIn(after);
  verifySignatures(before);
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  const given = Object.fromEntries(Object.entries(flags).filter(([name]) => isGiven(name))) as Partial<PolicyFlags>;
  const { coordinator, platforms } = membersIn(from, own, before.coordinator.identity);
  return nextVersion(before, {
    coordinator,
    halves: platforms,
    leaving: leave,
    farewells: Object.fromEntries(farewell.map((file) => farewellIn(before, file))),
    ...(roundsDone !== undefined && { roundsDone }),
    ...(attemptsBefore !== undefined && { attemptsBefore }),
    flags: given,
  });
}

/** @throws FederationError FAREWELL_INVALID */
function farewellIn(before: Manifest, file: string): ReturnType<typeof farewellTo> {
  return farewellTo(before, parseFarewell(readNamedFile(file, 'FILE_UNREADABLE'), file), file);
}

/**
 * @param own key file of the coordinator, if it is here.
 * @param otherwise the coordinator's identity where no file names one.
 * @throws CommandError MANIFEST_HALVES
 */
function membersIn(
  files: readonly string[],
  own: OwnKey | undefined,
  otherwise?: string,
): { readonly coordinator: string; readonly platforms: readonly ManifestPlatform[] } {
  const coordinators = new Map(own && [[own.key, own.file]]);
  const platforms: ManifestPlatform[] = [];
  for (const file of files) {
    const half = parseHalf(readNamedFile(file, 'FILE_UNREADABLE'), file);
    if (half.half === 'coordinator') coordinators.set(half.identity, file);
    else {
      const { half: _, ...entry } = half;
      platforms.push(entry);
    }
  }
  if (coordinators.size === 0 && otherwise !== undefined) return { coordinator: otherwise, platforms };
  const [coordinator] = coordinators.keys();
  if (coordinators.size === 1) return { coordinator, platforms };
  const found = coordinators.size === 0 ? 'none' : [...coordinators.values()].join(' and ');
  throw new CommandError(
    'MANIFEST_HALVES',
    `a manifest has one coordinator, and here is ${found}: name its key file with --identity, or its half with --from`,
  );
}

function nextSteps({ platforms, version }: Manifest, out: string): string {
  return `Next: hand ${out} to ${[COORDINATOR, ...platforms.map(({ name }) => name)].join(', ')}. Each compares the words with the others, not through you, and signs:
  isthmus manifest accept ${out} --identity ${platforms[0].name}.key${version === 1 ? '' : ` --state ${platforms[0].name}-state`}
Then bring the signatures together, and hand the whole manifest to everybody:
  isthmus manifest collect ${out} *.signature.yaml
`;
}
