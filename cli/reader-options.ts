/**
 * How a source of interactions is to be read: the same options for every command that reads one.
 * @module
 */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { OpenOptions } from '../client/data/open.ts';
import type { ColumnChoice, Role } from '../core/data/columns.ts';

export interface ReaderOptions {
  readonly columns?: ColumnChoice;
  readonly maxBadShare: number;
}

/** Adds `--columns` and `--max-bad-share`. */
export function withReaderOptions(command: Command): Command {
  return command
    .option(
      '--columns <role=column,...>',
      'which column is person, item, rating, timestamp: a name, or a place from 0',
      columns,
    )
    .option('--max-bad-share <share>', 'largest share of rows that may be unreadable', share, 0.01);
}

export function readerOptions({ columns: chosen, maxBadShare }: ReaderOptions): OpenOptions {
  return { maxBadShare, ...(chosen && { columns: chosen }) };
}

const ROLES: readonly Role[] = ['person', 'item', 'rating', 'timestamp'];

function columns(value: string): ColumnChoice {
  const chosen: Partial<Record<Role, string | number>> = {};
  for (const part of value.split(',')) {
    const at = part.indexOf('=');
    const role = ROLES.find((known) => known === part.slice(0, at).trim());
    const column = part.slice(at + 1).trim();
    if (at < 0 || !role || column === '') {
      throw new InvalidArgumentError(`"${part}" is not one of ${ROLES.join(', ')} with "=" and a column.`);
    }
    chosen[role] = /^\d+$/.test(column) ? Number(column) : column;
  }
  return chosen;
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) throw new InvalidArgumentError('A share lies from 0 to 1.');
  return number;
}
