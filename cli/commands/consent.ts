import { withAllow } from '../allow-option.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { namesOf } from '../../client/consent-book.ts';
import { openConsents } from '../../client/consents.ts';
import { PURPOSE_NAMES, PURPOSES } from '../../core/federation/purposes.ts';
import type { Purpose } from '../../core/federation/purposes.ts';
import { LATEST_EPOCH, LATEST_EXPIRY } from '../../core/federation/consent.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { CommandError } from '../errors.ts';
import { integer, list, personId, text } from '../arguments.ts';
import { consentPreviewCommand } from './consent-preview.ts';
import { readPersons } from '../person-file.ts';

interface Whom {
  readonly state: string;
  readonly person?: readonly string[];
  readonly file?: string;
  readonly target?: string;
  readonly dryRun?: true;
}

interface Terms extends Whom {
  readonly acceptUnknown?: true;
  readonly target: string;
  readonly epoch: number;
  readonly expires: number;
  readonly also?: readonly Purpose[];
}

interface Listing {
  readonly state: string;
  readonly person?: string;
  readonly target?: string;
  readonly epoch?: number;
  readonly json?: boolean;
}

const DAY_SECONDS = 86_400;

export function consentCommand(): Command {
  return new Command('consent')
    .description(
      'record, list and withdraw consents of persons to a release to a target platform, or to teaching the map; preview a release',
    )
    .addCommand(
      whom(withAllow(new Command('add')))
        .description('record consents; without one nothing of a person is released')
        .requiredOption(
          '--target <platform>',
          'platform that may receive their representations; this platform itself, with --also map',
          text,
        )
        .option('--epoch <number>', 'release epoch that the consent is for', integer(0, LATEST_EPOCH), 1)
        .addOption(
          new Option('--expires <when>', 'a date (2027-01-31) or a number of days (90d)')
            .argParser(expiry)
            .default(inDays(365), 'in 365 days'),
        )
        .addOption(
          new Option('--also <purpose...>', 'what the consent allows beside a representation').choices(PURPOSE_NAMES),
        )
        .option('--accept-unknown', "also record persons who are not in the platform's data yet")
        .action(add),
    )
    .addCommand(
      withAllow(new Command('list'))
        .description('list the consents on record')
        .requiredOption('--state <dir>', "the platform's state directory", text)
        .option('--person <id>', 'of one person', personId)
        .option('--target <platform>', 'for one target', text)
        .option('--epoch <number>', 'of one epoch', integer(0))
        .option('--json', 'print one JSON document')
        .action(show),
    )
    .addCommand(
      whom(withAllow(new Command('withdraw')))
        .description('delete consents and everything released under them, here and at the targets')
        .option('--target <platform>', 'for this target only', text)
        .action(withdraw),
    )
    .addCommand(consentPreviewCommand())
    .addHelpText(
      'after',
      `
Works with a running agent, through its local service, and (but for preview) without one. A withdrawal made without a running agent reaches
the targets when the agent next runs. If a person or a target is unknown, the command names it and fails: a withdrawal still
withdraws the others, an addition records nobody.

A consent allows a representation of the person, and no more. --also names what else it allows; a federation that needs
such a purpose ("isthmus manifest check" prints it) sends nothing of a person whose consent lacks it:
${Object.entries(PURPOSES)
  .map(([name, meaning]) => `  ${name.padEnd(10)}${meaning}`)
  .join('\n')}

Examples:
  isthmus consent add --state films-state --person p000123 --target books --expires 90d
  isthmus consent add --state films-state --file persons.txt --target books --dry-run      one person id per line
  isthmus consent add --state films-state --person p000123 --target books --also history
  isthmus consent add --state books-state --file persons.txt --target books --also map
  isthmus consent list --state films-state --target books
  isthmus consent withdraw --state films-state --person p000123
  isthmus consent preview --state films-state --person p000123 --target books`,
    );
}

function whom(command: Command): Command {
  return command
    .requiredOption('--state <dir>', "the platform's state directory", text)
    .option('--person <ids>', "the platform's own person ids, comma-separated", list(personId))
    .option('--file <file>', 'a file of person ids, one per line', text)
    .option('--dry-run', 'only print what would be done');
}

async function add(options: Terms): Promise<void> {
  const { state, target, epoch, expires, also } = options;
  const persons = await personsOf(options);
  const dryRun = options.dryRun === true;
  const consents = await openConsents(state, !dryRun);
  try {
    const request = {
      persons,
      terms: { target, epoch, expires, ...(also && { also }) },
      dryRun,
      acceptUnknown: options.acceptUnknown === true,
    };
    const { unknown } = await consents.add(request);
    const done = dryRun ? 'consents that would be recorded' : 'consents recorded';
    process.stdout.write(`${done}: ${persons.length}, for ${target}, epoch ${epoch}, until ${dateOf(expires)}\n`);
    for (const purpose of also ?? []) process.stdout.write(`  ${purpose}: ${PURPOSES[purpose]}\n`);
    if (unknown === null) {
      process.stderr.write(
        'isthmus: not checked: no platform has run on this state yet, so its persons and targets are unknown; its first start reports how many it does not know\n',
      );
    } else if (unknown.length > 0) {
      process.stderr.write(`isthmus: not in this platform's data, so nothing is released yet: ${namesOf(unknown)}\n`);
    }
  } finally {
    consents.close();
  }
}

async function show({ state, json, ...filter }: Listing): Promise<void> {
  const consents = await openConsents(state);
  try {
    const found = await consents.list(filter);
    if (json === true) {
      process.stdout.write(`${JSON.stringify({ consents: found }, null, 1)}\n`);
      return;
    }
    process.stdout.write('person\ttarget\tepoch\texpires\talso\n');
    for (const { person, target, epoch, expires, also = [] } of found) {
      process.stdout.write(`${person}\t${target}\t${epoch}\t${dateOf(expires)}\t${also.join(',') || '-'}\n`);
    }
    for (const purpose of PURPOSE_NAMES.filter((name) => found.some(({ also }) => also?.includes(name)))) {
      process.stdout.write(`${purpose}: ${PURPOSES[purpose]}\n`);
    }
  } finally {
    consents.close();
  }
}

async function withdraw(options: Whom): Promise<void> {
  const persons = await personsOf(options);
  const { target, dryRun = false } = options;
  const consents = await openConsents(options.state);
  try {
    const request = { persons, dryRun, ...(target !== undefined && { target }) };
    const { withdrawn, told, unknown } = await consents.withdraw(request);
    const then = told ? 'the targets are told to delete' : 'the targets are told when the agent next runs';
    const done = dryRun
      ? `consents that would be withdrawn: ${withdrawn}`
      : `consents withdrawn: ${withdrawn}; ${then}`;
    process.stdout.write(`${done}\n`);
    if (unknown.length === 0) return;
    const which = target === undefined ? '' : ` for ${target}`;
    throw new FederationError('CONSENT_UNKNOWN', `no consent${which} on record of: ${namesOf(unknown)}`);
  } finally {
    consents.close();
  }
}

async function personsOf({ person = [], file }: Whom): Promise<readonly string[]> {
  const persons = [...person, ...(file === undefined ? [] : await readPersons(file))];
  if (persons.length > 0) return [...new Set(persons)];
  throw new CommandError('CONSENT_WHO', 'name at least one person: --person ID, or --file with one person id per line');
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function inDays(days: number): number {
  return Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
}

function expiry(value: string): number {
  const days = /^(\d{1,5})d$/.exec(value);
  const seconds = days === null ? Math.floor(Date.parse(value) / 1000) : inDays(Number(days[1]));
  if (!Number.isFinite(seconds)) throw new InvalidArgumentError(`"${value}" is neither a date nor a number of days.`);
  if (seconds <= inDays(0)) {
    throw new InvalidArgumentError(`"${value}" is in the past: nothing would be released under such a consent.`);
  }
  if (seconds > LATEST_EXPIRY) {
    throw new InvalidArgumentError(
      `"${value}" is after ${dateOf(LATEST_EXPIRY)}, the last day that a letter can carry.`,
    );
  }
  return seconds;
}
