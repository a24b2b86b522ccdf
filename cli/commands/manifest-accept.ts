/**
 * `isthmus manifest accept`: a member reads a manifest in plain words, compares its twelve words with other members',
 * and signs it.
 * @module
 */
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { memberOf, verifySignatures } from '../../core/federation/co-signature.ts';
import { formatMemberSignature, memberSignature } from '../../core/federation/member-signature.ts';
import { manifestWords, readWords, unknownWords, WORD_COUNT } from '../../core/federation/manifest-words.ts';
import { COORDINATOR } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { readIdentity } from '../../host/federation-files.ts';
import { readNamedFile } from '../../host/files.ts';
import { findPackage, readPackageFolder } from '../../host/packages/package-folder.ts';
import { recordText } from '../../host/packages/record.ts';
import { openLog } from '../../host/log.ts';
import { text } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { diffOf, diffText } from '../manifest-diff.ts';
import { manifestIn, writeWhole } from '../manifest-file.ts';
import { claimsOf, factsOf, keysOf, wordsTable } from '../manifest-text.ts';
import { withAllow } from '../allow-option.ts';

interface AcceptFlags {
  readonly identity: string;
  readonly words?: string;
  readonly keys: boolean;
  readonly unsafeTrial: boolean;
  readonly state?: string;
  readonly out?: string;
}

export function acceptCommand(): Command {
  return withAllow(new Command('accept'))
    .description('read a manifest in plain words, compare its twelve words with the other members, and sign it')
    .argument('<manifest>', 'manifest.yaml')
    .requiredOption('--identity <file>', 'your key file', text)
    .option('--words <file>', 'file with the words that another member told you; without it you type them', text)
    .option(
      '--state <dir>',
      'the state of your platform: it is bound by what you sign. A later version than the first needs it',
      text,
    )
    .option('--keys', "also list every member's public keys", false)
    .option('--unsafe-trial', 'sign without comparing; only a manifest that was made for a trial', false)
    .option('--out <file>', 'your signature (default: NAME.signature.yaml beside the manifest)', text)
    .addHelpText(
      'after',
      `
The words identify the whole manifest, every member's keys included: two members with equal words hold the same file. Tell
them in a call, on paper or face to face, and never through the coordinator, which could show each member other words.

Examples:
  isthmus manifest accept manifest.yaml --identity films.key
  isthmus manifest accept manifest.yaml --identity films.key --words told-by-books.txt
  isthmus manifest accept manifest-2.yaml --identity films.key --state films-state            with its agent stopped`,
    )
    .action(accept);
}

async function accept(file: string, flags: AcceptFlags): Promise<void> {
  const own = readIdentity(flags.identity, openLog({ level: 'warn', name: 'accept', human: true }));
  const manifest = manifestIn(file);
  const plan = planFederation(manifest);
  verifySignatures(manifest);
  const name = memberOf(manifest, own);
  const isTrial = manifest.unsafeTrial === true;
  if (isTrial !== flags.unsafeTrial) {
    throw new CommandError(
      'MANIFEST_TRIAL',
      isTrial
        ? `${file} was made for a trial: nobody compares its keys, and its claims say so; sign it with --unsafe-trial, or ask for one that was made without it`
        : `${file} was not made for a trial: its claims say that its words were compared, so they must be`,
    );
  }
  const { state } = flags;
  if (manifest.version > 1 && name !== COORDINATOR && state === undefined) {
    throw new CommandError(
      'MANIFEST_STATE',
      `${file} is version ${manifest.version}: who signs it charges no more than it leaves to version ${manifest.version - 1}, and signs no other version ${manifest.version}, so the platform's state must know. Name it with --state. Nothing was signed`,
    );
  }
  const diff = diffOf(plan);
  process.stdout.write(
    `${factsOf(plan)}you          ${name}, and your keys are in it\n\n${diff === undefined ? '' : `${diffText(diff)}\n`}${claimsOf(plan)}\n`,
  );
  for (const { name: outside } of manifest.packages ?? []) {
    process.stdout.write(`package ${outside}: ${recordText(readPackageFolder(findPackage(outside)))}\n\n`);
  }
  if (flags.keys) process.stdout.write(`${keysOf(manifest)}\n`);
  if (!isTrial) await compare(manifestWords(manifest), flags.words);
  if (state !== undefined && name !== COORDINATOR) {
    // Loaded here, so that the other commands start without a store. Before the signature: a crash leaves a state that is bound
    // by a signature that nobody has.
    const { signInState } = await import('../../client/bound-state.ts');
    await signInState(state, manifest, name);
  }
  const out = flags.out ?? join(dirname(file), `${name}.signature.yaml`);
  writeWhole(out, formatMemberSignature(memberSignature(manifest, own)), 'MANIFEST_UNWRITABLE');
  process.stdout.write(`${out} is the signature of ${name}: send it to the maker of the manifest.\n`);
}

/**
 * @param file file with the words that another member gave; undefined: ask for them.
 * @throws CommandError MANIFEST_WORDS, MANIFEST_WORDS_DIFFER.
 */
async function compare(words: string, file: string | undefined): Promise<void> {
  process.stdout.write(`The words of this manifest:\n${wordsTable(words)}
Tell them to the other members, and have theirs told to you: in a call, on paper or face to face, not through the coordinator.\n`);
  const told = readWords(file === undefined ? await typed() : readNamedFile(file, 'FILE_UNREADABLE'));
  const unknown = unknownWords(told);
  if (told.length !== WORD_COUNT || unknown.length > 0) {
    const why =
      unknown.length > 0
        ? `${unknown.map((word) => `"${word}"`).join(', ')} is not in the word list`
        : `there are ${told.length}`;
    throw new CommandError(
      'MANIFEST_WORDS',
      `these are not the ${WORD_COUNT} words of a manifest: ${why}. Nothing was signed`,
    );
  }
  if (told.join(' ') === words) return;
  throw new CommandError(
    'MANIFEST_WORDS_DIFFER',
    'the words are not those of this manifest: the member who told them holds another file. Somebody may have given you different files on purpose. Nothing was signed; compare the files before anybody signs',
  );
}

async function typed(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      'MANIFEST_WORDS',
      'the words cannot be typed here: use --words to name a file with the words that another member told you. Nothing was signed',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const left = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question('The words that another member told you: '), left]);
  } finally {
    terminal.close();
  }
}
