/**
 * Options that say how to read a source of interactions.
 * @module
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { InspectChoice } from '../client/data/inspect.ts';
import { ROLES } from '../core/data/columns.ts';
import type { ColumnChoice, Role } from '../core/data/columns.ts';
import { ENCODINGS } from '../core/data/lines.ts';
import type { Encoding } from '../core/data/lines.ts';
import { TIME_FORMS } from '../core/data/times.ts';
import type { TimeForm } from '../core/data/times.ts';
import { isOutsideName } from '../core/packages/package-id.ts';
import type { OutsideName } from '../core/packages/package-id.ts';
import { text } from './arguments.ts';
import { withAllow } from './allow-option.ts';

export interface ReaderOptions {
  readonly columns?: ColumnChoice;
  readonly header?: 'yes' | 'no';
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly format?: OutsideName;
  readonly time?: TimeForm;
  readonly minRating?: number | null;
  readonly items?: string;
}

/** Adds the options that replace a guess. */
export function withReaderOptions(command: Command): Command {
  return withAllow(command)
    .option(
      '--columns <role=column,...>',
      'which column is person, item, rating, timestamp: a name, a position from 0, or none (rating, timestamp)',
      columns,
    )
    .addOption(new Option('--header <answer>', 'yes if the first line holds column names').choices(['yes', 'no']))
    .option('--format <name>', 'package:reader of an allowed package, for a format that we do not read', outsideFormat)
    .option('--delimiter <text>', 'separator of columns: tab, blank (any run of blanks), or the characters', delimiter)
    .addOption(new Option('--encoding <name>', 'encoding of the text').choices(ENCODINGS))
    .addOption(
      new Option(
        '--time <form>',
        'unit or layout of the time: mdy is 01/31/2020, ctime Fri Jan 31 09:30:00 -0700 2020',
      ).choices(TIME_FORMS),
    )
    .option(
      '--min-rating <number>',
      'lowest rating that counts as a like; none: every rating counts (default: the middle of the scale)',
      minRating,
    )
    .option(
      '--items <file>',
      'file with ids and titles of the items; rows: the items of the rows (default: NAME.items.tsv or .csv, movies.csv, movies.dat or u.item beside the data)',
      text,
    );
}

export function readerOptions({ header, items, ...rest }: ReaderOptions): InspectChoice {
  const { columns: chosen, delimiter: between, encoding, format, time, minRating: least } = rest;
  return {
    ...(chosen && { columns: chosen }),
    ...(header && { header: header === 'yes' }),
    ...(between !== undefined && { delimiter: between }),
    ...(encoding && { encoding }),
    ...(format && { format }),
    ...(time && { time }),
    ...(least !== undefined && { minRating: least }),
    ...(items !== undefined && { items: items === 'rows' ? null : items }),
  };
}

function columns(value: string): ColumnChoice {
  const chosen: Partial<Record<Role, string | number | null>> = {};
  for (const part of value.split(',')) {
    const at = part.indexOf('=');
    const role = ROLES.find((known) => known === part.slice(0, at).trim());
    const column = part.slice(at + 1).trim();
    if (at < 0 || !role || column === '') {
      throw new InvalidArgumentError(`"${part}" is not one of ${ROLES.join(', ')} with "=" and a column.`);
    }
    const isOptional = role === 'rating' || role === 'timestamp';
    chosen[role] = isOptional && column === 'none' ? null : /^\d+$/.test(column) ? Number(column) : column;
  }
  return chosen;
}

const DELIMITERS: Readonly<Partial<Record<string, string>>> = { tab: '\t', '\\t': '\t', blank: ' ', space: ' ' };

function delimiter(value: string): string {
  const known = DELIMITERS[value] ?? value;
  if (known.length >= 1 && known.length <= 4 && !/["\r\n]/.test(known)) return known;
  throw new InvalidArgumentError('It is one to four characters, none of them a quotation mark or a line end.');
}

function outsideFormat(value: string): OutsideName {
  if (isOutsideName(value)) return value;
  throw new InvalidArgumentError(`"${value}" is not package:reader; without the option our own readers are tried.`);
}

function minRating(value: string): number | null {
  if (value === 'none') return null;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw new InvalidArgumentError(`"${value}" is neither a number nor none.`);
  return number;
}
