import { Command } from 'commander';
import { missingSignatures, verifyManifest, verifySignatures, membersOf } from '../../core/federation/co-signature.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { formatManifest, manifestHash } from '../../core/federation/manifest.ts';
import { parseMemberSignature, withSignature } from '../../core/federation/member-signature.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { manifestWords } from '../../core/federation/manifest-words.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { readNamedFile } from '../../host/files.ts';
import { diffOf, diffText } from '../manifest-diff.ts';
import { manifestIn, writeWhole } from '../manifest-file.ts';
import { factsOf, keysOf, wordsTable } from '../manifest-text.ts';
import { acceptCommand } from './manifest-accept.ts';
import { farewellCommand } from './manifest-farewell.ts';
import { makeCommand } from './manifest-make.ts';
import { withAllow } from '../allow-option.ts';

export function manifestCommand(): Command {
  return new Command('manifest')
    .description('make, compare, sign and check the manifest that all members of a federation agree on')
    .addCommand(makeCommand())
    .addCommand(acceptCommand())
    .addCommand(farewellCommand())
    .addCommand(
      new Command('collect')
        .description("put members' signatures into a manifest, in place")
        .argument('<manifest>', 'manifest.yaml')
        .argument('<signatures...>', 'files that "isthmus manifest accept" wrote')
        .action(collect),
    )
    .addCommand(
      new Command('status')
        .description('say who has signed a manifest, and who is missing; ends with 6 while somebody is')
        .argument('<manifest>', 'manifest.yaml')
        .action(status),
    )
    .addCommand(
      withAllow(new Command('check'))
        .description('read a manifest that all have signed, verify it, and print the plan it makes and its words')
        .argument('<manifest>', 'manifest.yaml')
        .option('--keys', "also list every member's public keys", false)
        .action(check),
    )
    .addCommand(
      withAllow(new Command('diff'))
        .description('say what a later version of a manifest changes: members, rounds and epsilon left, settings')
        .argument('<old>', 'the manifest of the version before')
        .argument('<new>', 'the manifest of the later version')
        .option('--json', 'print one JSON document', false)
        .action(diff),
    )
    .addHelpText(
      'after',
      `
The way of a manifest:
  isthmus init --name films --items 12000 --persons 7000 --out keys     each platform; half-films.yaml goes to the operator
  isthmus init --coordinator --out keys                                 the operator
  isthmus manifest make --from half-*.yaml --identity coordinator.key   the operator; manifest.yaml goes to the platforms
  isthmus manifest accept manifest.yaml --identity films.key            each platform; films.signature.yaml goes back
  isthmus manifest collect manifest.yaml *.signature.yaml               the operator; the whole manifest goes to everybody
  isthmus manifest check manifest.yaml
Its next version, which somebody joins or leaves:
  isthmus manifest farewell manifest.yaml --identity books.key --state books-state     a platform that leaves, its agent stopped
  isthmus manifest make --after manifest.yaml --from half-games.yaml --rounds-done 5 --identity coordinator.key --out manifest-2.yaml
  isthmus manifest diff manifest.yaml manifest-2.yaml                    anybody
  isthmus manifest accept manifest-2.yaml --identity films.key --state films-state     each platform, its agent stopped meanwhile`,
    );
}

function check(file: string, { keys }: { readonly keys: boolean }): void {
  const manifest = manifestIn(file);
  const plan = planFederation(manifest);
  verifyManifest(manifest);
  const hash = Buffer.from(manifestHash(manifest)).toString('hex');
  process.stdout.write(`${factsOf(plan)}hash         ${hash}
signatures   all ${membersOf(manifest).length} members have signed, and every signature fits
`);
  if (manifest.unsafeTrial === true) process.stdout.write('UNSAFE       a trial: nobody compared the keys\n');
  if (keys) process.stdout.write(`\n${keysOf(manifest)}`);
  process.stdout.write(`\nwords\n${wordsTable(manifestWords(manifest))}`);
}

function diff(old: string, later: string, { json }: { readonly json: boolean }): void {
  const [before, manifest] = [manifestIn(old), manifestIn(later)];
  const plan = planFederation(manifest);
  const document = diffOf(plan);
  const hash = Buffer.from(manifestHash(before)).toString('hex');
  if (document?.from.hash !== hash) {
    throw new FederationError(
      'MANIFEST_SUCCESSION',
      document === undefined
        ? `${later} is a first version, which follows none`
        : `${later} does not follow ${old}: its version ${document.from.version} has hash ${document.from.hash.slice(0, 16)}…, and ${old} is version ${before.version} with ${hash.slice(0, 16)}…`,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(document, null, 1)}\n` : diffText(document));
}

function status(file: string): void {
  const manifest = manifestIn(file);
  verifySignatures(manifest);
  process.stdout.write(statusText(manifest, file));
  if (missingSignatures(manifest).length > 0) process.exitCode = EXIT.federation;
}

function collect(file: string, signatures: readonly string[]): void {
  let manifest = manifestIn(file);
  verifySignatures(manifest);
  for (const one of signatures) {
    const signature = parseMemberSignature(readNamedFile(one, 'FILE_UNREADABLE'), one);
    manifest = withSignature(manifest, signature, one);
  }
  writeWhole(file, formatManifest(manifest), 'MANIFEST_UNWRITABLE');
  process.stdout.write(statusText(manifest, file));
}

function statusText(manifest: Manifest, file: string): string {
  const missing = missingSignatures(manifest);
  const signed = membersOf(manifest).flatMap(({ name }) => (missing.includes(name) ? [] : [name]));
  const lines = [`signed       ${signed.join(', ') || 'nobody'}`, `missing      ${missing.join(', ') || 'nobody'}`];
  const next =
    missing.length === 0
      ? `${file} is whole: hand it to every member.`
      : `Nobody works by ${file} yet: ${missing.join(', ')} must accept it ("isthmus manifest accept"), and their signatures be collected.`;
  return `${lines.join('\n')}\n${next}\n`;
}
