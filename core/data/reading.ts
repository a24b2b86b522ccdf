/**
 * What every reader does with a row: check it, keep it, or count it as bad with its line and reason.
 * @module
 */
import { DomainBuilder } from './build.ts';
import type { BuildOptions } from './build.ts';
import type { ColumnChoice } from './columns.ts';
import type { Domain } from './domain.ts';
import { DataError } from './errors.ts';

export interface ReadOptions extends BuildOptions {
  /** The platform's name. */
  readonly name: string;
  /** Which column is what, where names do not tell. */
  readonly columns?: ColumnChoice;
  /** Largest share of bad rows that is let pass. Default 0.01. */
  readonly maxBadShare?: number;
  /** Bad rows kept to show. Default 10. */
  readonly badRowsKept?: number;
  readonly signal?: AbortSignal;
  /** Called now and then with the rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface BadRow {
  /** From 1: lines of a text, rows of a Parquet file. */
  readonly line: number;
  /** Says nothing of what the row holds: fit for a log. */
  readonly reason: string;
  /** The field it is about, as it stands, where one can be shown. */
  readonly found?: string;
}

/** The reason with what was found: for who holds the data. */
export function badRowText({ reason, found }: BadRow): string {
  return found === undefined ? reason : `${reason}: ${found}`;
}

export interface ReadReport {
  readonly domain: Domain;
  /** Rows with content, bad ones included, header not. */
  readonly rows: number;
  /** Good rows that said again what another said: same person, same item. */
  readonly repeats: number;
  readonly bad: number;
  /** The first ones. */
  readonly badRows: readonly BadRow[];
}

/** A field as a reader finds it: text from a text file, anything from JSON or Parquet. */
export type Field = unknown;

const CHECK_EVERY = 65_536;
/** Ratings are kept in 32 bits: beyond this they would be infinite. */
const LARGEST_RATING = 3.4e38;
/** Above this a timestamp cannot be seconds (the year 5138): it is milliseconds. */
const LARGEST_SECONDS = 1e11;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export class RowCollector {
  readonly #options: ReadOptions;
  readonly #builder: DomainBuilder;
  readonly #badRows: BadRow[] = [];
  #rows = 0;
  #bad = 0;

  constructor(options: ReadOptions) {
    const share = options.maxBadShare ?? 0.01;
    if (!(share >= 0 && share <= 1)) {
      throw new DataError('DATA_OPTION', `the largest share of bad rows must lie from 0 to 1; got ${share}`);
    }
    this.#options = options;
    this.#builder = new DomainBuilder(options.name, options);
  }

  /** One row. An absent, null or empty rating or timestamp is unknown; anything else must be a number. */
  row(line: number, person: Field, item: Field, rating?: Field, timestamp?: Field): void {
    this.#count();
    const personId = idOf(person);
    if (personId === undefined) {
      this.#keepBad(line, 'the person is empty');
      return;
    }
    const itemId = idOf(item);
    if (itemId === undefined) {
      this.#keepBad(line, 'the item is empty');
      return;
    }
    const value = numberOf(rating);
    if (value === undefined || Math.abs(value) > LARGEST_RATING) {
      this.#keepBad(line, value === undefined ? 'the rating is not a number' : 'the rating is too large', rating);
      return;
    }
    const seconds = secondsOf(timestamp);
    if (seconds === undefined) {
      this.#keepBad(line, 'the timestamp is not a time', timestamp);
      return;
    }
    this.#builder.add(personId, itemId, value, seconds);
  }

  /** A row that could not be taken apart. */
  bad(line: number, reason: string): void {
    this.#count();
    this.#keepBad(line, reason);
  }

  /** @throws DataError DATA_TOO_MANY_BAD_ROWS, DATA_EMPTY */
  finish(): ReadReport {
    const { name, maxBadShare = 0.01 } = this.#options;
    if (this.#rows === 0) {
      throw new DataError('DATA_EMPTY', `"${name}" has no rows: the source is empty or holds a header alone`);
    }
    if (this.#bad > maxBadShare * this.#rows) {
      const first = this.#badRows.slice(0, 3).map((row) => `line ${row.line}: ${badRowText(row)}`);
      throw new DataError(
        'DATA_TOO_MANY_BAD_ROWS',
        `${this.#bad} of ${this.#rows} rows of "${name}" cannot be read, more than the ${Number((100 * maxBadShare).toPrecision(6))} % let pass ` +
          `(${first.join('; ')}): mend them; what other columns or a larger share would make of it, "isthmus data inspect" shows`,
      );
    }
    const domain = this.#builder.build();
    return {
      domain,
      rows: this.#rows,
      repeats: this.#builder.rows - domain.items.length,
      bad: this.#bad,
      badRows: this.#badRows,
    };
  }

  #count(): void {
    if (++this.#rows % CHECK_EVERY !== 0) return;
    this.#options.signal?.throwIfAborted();
    this.#options.onProgress?.(this.#rows);
  }

  #keepBad(line: number, reason: string, found?: Field): void {
    this.#bad++;
    if (this.#badRows.length >= (this.#options.badRowsKept ?? 10)) return;
    this.#badRows.push({ line, reason, ...(found !== undefined && { found: shown(found) }) });
  }
}

/** An id as text; undefined where there is none. */
function idOf(field: Field): string | undefined {
  if (typeof field === 'string') return field.trim() || undefined;
  if (typeof field === 'number') return Number.isFinite(field) ? String(field) : undefined;
  return typeof field === 'bigint' ? String(field) : undefined;
}

/** NaN: unknown. undefined: not a number. */
function numberOf(field: Field): number | undefined {
  if (field === undefined || field === null) return Number.NaN;
  let value: number;
  if (typeof field === 'string') {
    const text = field.trim();
    if (text === '') return Number.NaN;
    value = Number(text);
  } else if (typeof field === 'number' || typeof field === 'bigint') {
    value = Number(field);
  } else return undefined;
  return Number.isFinite(value) ? value : undefined;
}

/** Seconds; NaN: unknown; undefined: not a time. */
function secondsOf(field: Field): number | undefined {
  if (field instanceof Date) {
    const time = field.getTime();
    return Number.isNaN(time) ? undefined : time / 1000;
  }
  const value = numberOf(field);
  if (value !== undefined) return value > LARGEST_SECONDS ? value / 1000 : value;
  if (typeof field !== 'string' || !ISO_DATE.test(field.trim())) return undefined;
  const time = Date.parse(field.trim());
  return Number.isNaN(time) ? undefined : time / 1000;
}

function shown(field: Field): string {
  const text = typeof field === 'string' || typeof field === 'bigint' ? String(field) : JSON.stringify(field);
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
