/**
 * `isthmus manifest farewell`: a platform that leaves signs how many attempts it has charged, and its state charges no
 * more.
 * @module
 */
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { memberOf, verifySignatures } from '../../core/federation/co-signature.ts';
import { formatFarewell, signFarewell } from '../../core/federation/farewell.ts';
import { COORDINATOR } from '../../core/federation/manifest.ts';
import { readIdentity } from '../../host/federation-files.ts';
import { openLog } from '../../host/log.ts';
import { text } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { manifestIn, writeWhole } from '../manifest-file.ts';
import { count } from '../../core/claims/wording.ts';

interface FarewellFlags {
  readonly identity: string;
  readonly state: string;
  readonly out?: string;
}

export function farewellCommand(): Command {
  return new Command('farewell')
    .description(
      'leave: sign how many attempts your platform has charged; its state then takes part in no more of them',
    )
    .argument('<manifest>', 'the version that you leave')
    .requiredOption('--identity <file>', 'your key file', text)
    .requiredOption('--state <dir>', 'the state of your platform, which ran by this version', text)
    .option('--out <file>', 'your farewell (default: NAME.farewell.yaml beside the manifest)', text)
    .addHelpText(
      'after',
      `
The next version counts so many attempts for the persons of your platform. Without a farewell it counts all that this version
planned. There is no way back: the state serves neither this version nor an earlier one from now on. Keep it, in case that you
join again later.

Example:
  isthmus manifest farewell manifest-2.yaml --identity books.key --state books-state            with its agent stopped`,
    )
    .action(farewell);
}

async function farewell(file: string, { identity, state, out }: FarewellFlags): Promise<void> {
  const own = readIdentity(identity, openLog({ level: 'warn', name: 'farewell', human: true }));
  const manifest = manifestIn(file);
  verifySignatures(manifest);
  const name = memberOf(manifest, own);
  if (name === COORDINATOR) {
    throw new CommandError(
      'MANIFEST_FAREWELL',
      'the coordinator charges for nobody, so it says no farewell: name the key file of the platform that leaves',
    );
  }
  // Loaded here, so that the other commands start without a store.
  const { leaveInState } = await import('../../client/bound-state.ts');
  const counts = await leaveInState(state, manifest, name);
  const path = out ?? join(dirname(file), `${name}.farewell.yaml`);
  writeWhole(path, formatFarewell(signFarewell(manifest, own, counts)), 'MANIFEST_UNWRITABLE');
  const charged = `${count(counts.attempts, 'attempt', 'attempts')} charged and ${count(counts.refunds, 'charge', 'charges')} taken back`;
  process.stdout
    .write(`${name} leaves version ${manifest.version} with ${charged}. ${path} says so: send it to the maker of the manifest, who adds it with
  isthmus manifest make --after ${file} --leave ${name} --farewell ${name}.farewell.yaml ...
`);
}
