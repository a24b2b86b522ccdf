/**
 * Checks each row, then keeps it or counts it as bad with its line and reason. The decision depends on that row and the
 * reading only, never on other rows.
 * @module
 */
import { DomainBuilder } from './build.ts';
import type { Domain } from './domain.ts';
import { DataError } from './errors.ts';
import { idOf, whyNoId } from './ids.ts';
import type { Reading } from './reading.ts';
import { secondsOf } from './times.ts';

/** A field as a reader finds it: text from a text file, any value from JSON or Parquet. */
export type Field = unknown;

/** Receives the rows of a file in their order. */
export interface RowSink {
  row(line: number, person: Field, item: Field, rating: Field, timestamp: Field): void;
  /** Called for a row that could not be split into fields. */
  bad(line: number, reason: string): void;
  /** Called if a quoted field ran over several lines. */
  spansLines?(): void;
  /** Called before the rows of each file, only for sources of several files. */
  part?(file: string): void;
}

export interface CollectOptions {
  /** The platform's name. */
  readonly name: string;
  /** Maps item ids to titles (empty if an item has none), in the catalogue's order. */
  readonly catalogue?: ReadonlyMap<string, string>;
  /**
   * True: an item outside the catalogue makes its row bad. False, the default: the item is appended to the catalogue.
   */
  readonly isCatalogueClosed?: boolean;
  /** Number of bad rows kept for display. Default 10. */
  readonly badRowsKept?: number;
  readonly signal?: AbortSignal;
  /** Called at intervals with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface BadRow {
  /** Line of a text or row of a Parquet file, from 1. */
  readonly line: number;
  /** Name of the file, for sources of several files. */
  readonly file?: string;
  /** The reason. It does not reveal the row's content, so it may be logged. */
  readonly reason: string;
  /** The field in question as the file has it, if it can be shown. */
  readonly found?: string;
}

/** Position and reason, without the row's content, so that it may be logged. */
export function badRowPlace({ file, line, reason }: BadRow): string {
  return `${file === undefined ? '' : `${file}, `}line ${line}: ${reason}`;
}

/** The reason with the field's content, for the user who holds the data. */
export function badRowText({ reason, found }: BadRow): string {
  return found === undefined ? reason : `${reason}: ${found}`;
}

export interface ReadReport {
  readonly domain: Domain;
  /** Rows with content, bad rows included, without the header. */
  readonly rows: number;
  /** Good rows replaced by a later row of the same person and item. */
  readonly repeats: number;
  /** Good rows, each the latest of its person and item, whose rating is not a like. */
  readonly disliked: number;
  readonly bad: number;
  /** The first bad rows. */
  readonly badRows: readonly BadRow[];
}

const CHECK_EVERY = 65_536;
/** Largest rating. Domains hold ratings in 32 bits, in which a larger number would become infinite. */
const LARGEST_RATING = 3.4e38;

export class RowCollector implements RowSink {
  readonly #reading: Pick<Reading, 'time' | 'likes'>;
  readonly #options: CollectOptions;
  readonly #builder: DomainBuilder;
  readonly #badRows: BadRow[] = [];
  #file: string | undefined;
  #rows = 0;
  #bad = 0;

  constructor(reading: Pick<Reading, 'time' | 'likes'>, options: CollectOptions) {
    this.#reading = reading;
    this.#options = options;
    const { name, catalogue } = options;
    this.#builder = new DomainBuilder(name, { likes: reading.likes, ...(catalogue && { titles: catalogue }) });
  }

  part(file: string): void {
    this.#file = file;
  }

  /**
   * An absent, null or empty rating or timestamp is unknown. Otherwise the rating must be a number, and the timestamp a
   * time of the reading's form.
   */
  row(line: number, person: Field, item: Field, rating: Field, timestamp: Field): void {
    this.#count();
    const personId = idOf(person);
    if (personId === undefined) {
      this.#keepBad(line, `the person ${whyNoId(person)}`);
      return;
    }
    const itemId = idOf(item);
    if (itemId === undefined) {
      this.#keepBad(line, `the item ${whyNoId(item)}`);
      return;
    }
    if (this.#options.isCatalogueClosed === true && this.#options.catalogue?.has(itemId) !== true) {
      this.#keepBad(line, 'the item is not in the catalogue', item);
      return;
    }
    const value = numberOf(rating);
    if (value === undefined || Math.abs(value) > LARGEST_RATING) {
      this.#keepBad(line, value === undefined ? 'the rating is not a number' : 'the rating is too large', rating);
      return;
    }
    const { time } = this.#reading;
    const seconds = time === null ? Number.NaN : secondsOf(timestamp, time);
    if (seconds === undefined) {
      this.#keepBad(line, `the timestamp is not one of 1900 to 2199 (${String(time)})`, timestamp);
      return;
    }
    this.#builder.add(personId, itemId, value, seconds);
  }

  bad(line: number, reason: string): void {
    this.#count();
    this.#keepBad(line, reason);
  }

  /** @throws DataError DATA_EMPTY if there is no row, or no row counts. */
  finish(): ReadReport {
    const { name } = this.#options;
    if (this.#rows === 0) {
      throw new DataError('DATA_EMPTY', `"${name}" has no rows: the source is empty or holds only a header`);
    }
    if (this.#bad === this.#rows) {
      const first = this.#badRows.slice(0, 3).map((row) => badRowPlace({ ...row, reason: badRowText(row) }));
      throw new DataError(
        'DATA_EMPTY',
        `none of the ${this.#rows} rows of "${name}" can be read (${first.join('; ')}): correct them, or choose how to read them with the options of "isthmus data inspect"`,
      );
    }
    const { domain, repeats, disliked } = this.#builder.build();
    return { domain, rows: this.#rows, repeats, disliked, bad: this.#bad, badRows: this.#badRows };
  }

  #count(): void {
    if (++this.#rows % CHECK_EVERY !== 0) return;
    this.#options.signal?.throwIfAborted();
    this.#options.onProgress?.(this.#rows);
  }

  #keepBad(line: number, reason: string, found?: Field): void {
    this.#bad++;
    if (this.#badRows.length >= (this.#options.badRowsKept ?? 10)) return;
    const file = this.#file;
    this.#badRows.push({
      line,
      ...(file !== undefined && { file }),
      reason,
      ...(found !== undefined && { found: shown(found) }),
    });
  }
}

/** Returns NaN for an unknown value, and undefined for a field that is not a number. */
export function numberOf(field: Field): number | undefined {
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

function shown(field: Field): string {
  const text = typeof field === 'string' || typeof field === 'bigint' ? String(field) : JSON.stringify(field);
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
