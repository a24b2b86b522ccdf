/**
 * Finds out how to read a source: a sketch from its first lines, then one pass over all rows for the facts that only
 * all rows show (the unit of time, the scale of ratings, quoted fields over lines). The result is a reading, which is
 * shown to a person and written down. Data that leaves a platform is never read by a new guess.
 * @module
 */
import { checkTypes, columnsOfNames, columnsOfPlaces, isAtomic, isHeader } from './columns.ts';
import type { ColumnChoice, Columns } from './columns.ts';
import { fieldsOf, listed } from './delimited.ts';
import { detectLayout } from './detect.ts';
import { DataError } from './errors.ts';
import { Growing } from './growing.ts';
import { objectOf } from './json-lines.ts';
import { EVERY_RATING, likesOf } from './likes.ts';
import type { Likes } from './likes.ts';
import type { OutsideName } from '../packages/package-id.ts';
import { NOT_UTF8 } from './lines.ts';
import type { Encoding } from './lines.ts';
import type { QueryFile } from './query-file.ts';
import type { Column, Reading } from './reading.ts';
import { numberOf } from './rows.ts';
import type { Field, RowSink } from './rows.ts';
import { TimeTally } from './times.ts';
import type { TimeForm } from './times.ts';

/** Settings that a user gives in place of a guess. */
export interface ReadingChoice {
  /** The outside reader of this file. Default: ours, chosen by its content. */
  readonly format?: OutsideName;
  readonly columns?: ColumnChoice;
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly time?: TimeForm;
  /** Least rating that counts as a like. Null: every rating counts. */
  readonly minRating?: number | null;
}

/** A first reading, which finds the fields of every row. Times and ratings are settled after one pass over all rows. */
export interface Sketch {
  readonly reading: Reading;
  /** Names, or positions, of the columns that are not read. */
  readonly unread: readonly string[];
}

const UNSETTLED = { time: null, likes: EVERY_RATING };

/**
 * @param lines the first lines of the text. @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN, DATA_HEADER, DATA_OPTION
 */
export function sketchText(
  lines: readonly string[],
  fileName: string,
  encoding: Encoding,
  choice: ReadingChoice,
): Sketch {
  const { kind, delimiter, skip } = detectLayout(lines, fileName, choice.delimiter);
  if (kind === 'json-lines') return sketchJson(lines, encoding, choice);
  const quotes = quotesOf(lines.slice(skip), delimiter);
  const rows = lines
    .slice(skip)
    .filter((line) => line.trim() !== '')
    .map((line) => fieldsOf(line.replace(/^\uFEFF/, ''), { delimiter, quotes: quotes ? 'in-a-line' : 'none' }))
    .filter((row) => typeof row !== 'string');
  const [first, ...others] = rows;
  if (rows.length === 0 || first.length < 2) {
    throw new DataError(
      'DATA_FORMAT_UNKNOWN',
      `${fileName}: its first line does not split into columns: name their separator with --delimiter`,
    );
  }
  const chosen = choice.columns ?? {};
  const isTyped = isAtomic(fileName);
  const header = choice.header ?? (isTyped || isHeader(first, chosen));
  if (header && isTyped) checkTypes(first);
  const columns = header ? columnsOfNames(first, chosen) : columnsOfPlaces(first, chosen);
  const width = header ? first.length : mostCommon([first, ...others].map((row) => row.length));
  const names = header ? first.map((name) => name.trim()) : Array.from({ length: width }, (_, place) => place);
  const shape = {
    encoding,
    delimiter,
    quotes: quotes ? ('over-lines' as const) : ('none' as const),
    skip,
    header,
    width,
  };
  return { reading: { format: 'delimited', ...shape, columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

function sketchJson(lines: readonly string[], encoding: Encoding, choice: ReadingChoice): Sketch {
  const objects = lines.map((line) => objectOf(line.replace(/^\uFEFF/, ''))).filter((object) => object !== undefined);
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  if (names.length === 0)
    throw new DataError(
      'DATA_FORMAT_BROKEN',
      'its first line opens a JSON object, but no line holds a whole one: write one object per line',
    );
  const columns = columnsOfNames(names, named(choice.columns));
  return { reading: { format: 'json-lines', encoding, columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

/**
 * A first reading of a file whose format names its columns: Parquet, or the format of an outside reader.
 * @param names of the columns. @throws DataError DATA_HEADER, DATA_OPTION
 */
export function sketchNamed(format: 'parquet' | OutsideName, names: readonly string[], choice: ReadingChoice): Sketch {
  const columns = columnsOfNames(names, named(choice.columns));
  return { reading: { format, columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

/** A first reading of the result of a query. @param names of its columns. @throws DataError DATA_HEADER, DATA_OPTION */
export function sketchQuery({ connection, query }: QueryFile, names: readonly string[], choice: ReadingChoice): Sketch {
  const columns = columnsOfNames(names, named(choice.columns));
  return { reading: { format: 'sql', connection, query, columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

/** @throws DataError DATA_OPTION */
function named(chosen: ColumnChoice = {}): ColumnChoice {
  const place = Object.entries(chosen).find(([, column]) => typeof column === 'number');
  if (place === undefined) return chosen;
  throw new DataError(
    'DATA_OPTION',
    `--columns ${place[0]}=${String(place[1])}: this file's columns have names; use the name`,
  );
}

/**
 * True if quotation marks enclose fields. They do if commas or semicolons separate fields; with other separators they
 * do if every mark at the start of a field is closed.
 */
function quotesOf(lines: readonly string[], delimiter: string): boolean {
  if (delimiter === ',' || delimiter === ';') return true;
  if (delimiter === ' ') return false;
  const marked = lines.filter((line) => line.split(delimiter).some((field) => field.trimStart().startsWith('"')));
  return (
    marked.length > 0 && marked.every((line) => typeof fieldsOf(line, { delimiter, quotes: 'in-a-line' }) !== 'string')
  );
}

function mostCommon(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function unreadOf(names: readonly Column[], columns: Columns): readonly string[] {
  const read = new Set(Object.values(columns));
  return names.filter((name, place) => !read.has(name) && !read.has(place)).map(String);
}

/** Collects facts from every row of a source that is read by a sketch. */
export class Tally implements RowSink {
  readonly #ratings = new Growing((length) => new Float32Array(length));
  readonly #times = new TimeTally();
  readonly #broken = new Map<string, { readonly line: number; count: number }>();
  #unratable = 0;
  #isOverLines = false;

  row(_line: number, _person: Field, _item: Field, rating: Field, timestamp: Field): void {
    const value = numberOf(rating);
    if (value === undefined) this.#unratable++;
    else if (!Number.isNaN(value)) this.#ratings.push(value);
    this.#times.add(timestamp);
  }

  bad(line: number, reason: string): void {
    const known = this.#broken.get(reason);
    if (known) known.count++;
    else this.#broken.set(reason, { line, count: 1 });
  }

  spansLines(): void {
    this.#isOverLines = true;
  }

  /** Completes the reading and adds remarks for the user. @throws DataError DATA_OPTION */
  settle(
    { reading }: Sketch,
    choice: ReadingChoice,
  ): { readonly reading: Reading; readonly remarks: readonly string[] } {
    const remarks: string[] = [];
    const { rating, timestamp } = reading.columns;
    const time = timestamp === null ? null : (choice.time ?? this.#form(timestamp, choice, remarks));
    const isRated = rating !== null && (choice.columns?.rating !== undefined || this.#areNumbers(rating, remarks));
    const likes = isRated ? this.#likes(choice) : EVERY_RATING;
    const columns = {
      ...reading.columns,
      rating: isRated ? rating : null,
      timestamp: time === null ? null : timestamp,
    };
    const unlike = this.#broken.get(NOT_UTF8);
    if (unlike) {
      remarks.push(
        `${unlike.count} ${unlike.count === 1 ? 'line is' : 'lines are'} not UTF-8, the first line ${unlike.line}: if this is Windows or Latin-1 text, use --encoding windows-1252`,
      );
    }
    const settled = { ...reading, columns, time, likes };
    if (settled.format !== 'delimited') return { reading: settled, remarks };
    if (settled.quotes === 'over-lines' && !this.#isOverLines)
      return { reading: { ...settled, quotes: 'in-a-line' }, remarks };
    if (this.#isOverLines) {
      remarks.push(
        'quoted fields run over lines: only quotation marks show where a row ends, so a row with one mark too many can swallow the rows after it. An export as JSON lines or Parquet, or without that column, avoids this',
      );
    }
    return { reading: settled, remarks };
  }

  #form(column: Column, choice: ReadingChoice, remarks: string[]): TimeForm | null {
    const form = this.#times.form();
    if (form === 'ambiguous') {
      throw new DataError(
        'DATA_OPTION',
        `column ${nameOf(column)}: the month and the day of its dates cannot be told apart: choose --time mdy (the month first) or --time dmy`,
      );
    }
    if (form === 'none') {
      remarks.push(`column ${nameOf(column)} is not read as the time: it is empty in every row`);
      return null;
    }
    if (form !== undefined) return form;
    if (choice.columns?.timestamp === undefined) {
      remarks.push(
        `column ${nameOf(column)} is not read as the time: most of its values have no known form; if they are times, name the form with --time`,
      );
      return null;
    }
    throw new DataError(
      'DATA_OPTION',
      `column ${nameOf(column)}: most of its values are in no known form of time: convert them to 2020-01-31 09:30:00, or leave them out with --columns timestamp=none`,
    );
  }

  #areNumbers(column: Column, remarks: string[]): boolean {
    if (this.#ratings.length >= this.#unratable) return true;
    remarks.push(`column ${nameOf(column)} is not read as the rating: most of its values are not numbers`);
    return false;
  }

  #likes({ minRating }: ReadingChoice): Likes {
    if (minRating === null) return EVERY_RATING;
    const found = likesOf(this.#ratings.view().slice());
    return minRating === undefined ? found : { ...found, from: minRating };
  }
}

function nameOf(column: Column): string {
  return typeof column === 'number' ? String(column) : listed([column]);
}
