/**
 * `isthmus manifest make`: makes a manifest from the members' public halves, so that nobody edits YAML by hand.
 * @module
 */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { signedBy } from '../../core/federation/co-signature.ts';
import { newManifest } from '../../core/federation/draft.ts';
import { COORDINATOR, formatManifest, parseHalf } from '../../core/federation/manifest.ts';
import type { Manifest, ManifestPlatform } from '../../core/federation/manifest.ts';
import { publicEntry } from '../../core/federation/identity.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { readIdentity } from '../../host/federation-files.ts';
import { readNamedFile } from '../../host/files.ts';
import { openLog } from '../../host/log.ts';
import { text } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { writeWhole } from '../manifest-file.ts';
import { claimsOf, factsOf, wordsTable } from '../manifest-text.ts';
import { addPolicyOptions, partsOf } from '../policy-options.ts';
import type { PolicyFlags } from '../policy-options.ts';

interface MakeFlags extends PolicyFlags {
  readonly from: readonly string[];
  readonly identity?: string;
  readonly out: string;
}

export function makeCommand(): Command {
  const command = new Command('make')
    .description("make a manifest from the members' public halves")
    .requiredOption(
      '--from <files...>',
      'the public half of every platform, and of the coordinator unless --identity names its key',
    )
    .option('--identity <file>', "the coordinator's key file: names it, and signs for it", text)
    .option('--out <file>', 'file for the manifest; an existing file is never overwritten', text, 'manifest.yaml');
  return addPolicyOptions(command)
    .addHelpText(
      'after',
      `
The manifest then goes to every member, who compares its words with the others and signs it: isthmus manifest accept.

Examples:
  isthmus manifest make --from half-*.yaml --identity coordinator.key --epsilon 4 --platforms-per-person 3
  isthmus manifest make --from half-*.yaml --strategy shared-trunk --rounds 20 --colluding 1 --federation cinema`,
    )
    .action(make);
}

function make(flags: MakeFlags): void {
  const { from, identity, out } = flags;
  if (existsSync(out)) {
    throw new CommandError('MANIFEST_EXISTS', `${out} exists already: choose another --out, or move it away`);
  }
  const own =
    identity === undefined ? undefined : readIdentity(identity, openLog({ level: 'warn', name: 'make', human: true }));
  const { coordinator, platforms } = membersIn(from, own && { file: identity ?? '', key: publicEntry(own).identity });
  const unsigned = newManifest({ ...partsOf(flags), coordinator: { identity: coordinator }, platforms });
  const plan = planFederation(unsigned);
  const manifest = own === undefined ? unsigned : signedBy(unsigned, [own]);
  writeWhole(out, formatManifest(manifest), 'MANIFEST_UNWRITABLE');
  process.stdout.write(`${factsOf(plan)}\n${claimsOf(plan)}
${out} is public${own === undefined ? '' : ', and signed by the coordinator'}. Its words:
${wordsTable(manifestWords(manifest))}
${nextSteps(manifest, out)}`);
}

/** @param own key file of the coordinator, if it is here. @throws CommandError MANIFEST_HALVES */
function membersIn(
  files: readonly string[],
  own: { readonly file: string; readonly key: string } | undefined,
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
  const [coordinator] = coordinators.keys();
  if (coordinators.size === 1) return { coordinator, platforms };
  const found = coordinators.size === 0 ? 'none' : [...coordinators.values()].join(' and ');
  throw new CommandError(
    'MANIFEST_HALVES',
    `a manifest has one coordinator, and here is ${found}: name its key file with --identity, or its half with --from`,
  );
}

function nextSteps({ platforms }: Manifest, out: string): string {
  return `Next: hand ${out} to ${[COORDINATOR, ...platforms.map(({ name }) => name)].join(', ')}. Each compares the words with the others, not through you, and signs:
  isthmus manifest accept ${out} --identity ${platforms[0].name}.key
Then bring the signatures together, and hand the whole manifest to everybody:
  isthmus manifest collect ${out} *.signature.yaml
`;
}
