/**
 * How a source is to be read, found by looking at it: a sketch from its first lines, then one pass over all rows for
 * what only all of them tell (the unit of time, the scale of ratings, quoted fields over lines). The result is a reading,
 * to be shown to a person and written down; nothing that leaves a platform may be read by anything guessed anew.
 * @module
 */
import { columnsOfNames, columnsOfPlaces, isHeader } from './columns.ts';
import type { ColumnChoice, Columns } from './columns.ts';
import { fieldsOf, listed } from './delimited.ts';
import { detectLayout } from './detect.ts';
import { DataError } from './errors.ts';
import { Growing } from './growing.ts';
import { objectOf } from './json-lines.ts';
import { EVERY_RATING, likesOf } from './likes.ts';
import type { Likes } from './likes.ts';
import { NOT_UTF8 } from './lines.ts';
import type { Encoding } from './lines.ts';
import type { Column, Reading } from './reading.ts';
import { numberOf } from './rows.ts';
import type { Field, RowSink } from './rows.ts';
import { TimeTally } from './times.ts';
import type { TimeForm } from './times.ts';

/** Settings that a person gives instead of a guess. */
export interface ReadingChoice {
  readonly columns?: ColumnChoice;
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly time?: TimeForm;
  /** Least rating that counts as a like; null: every rating counts. */
  readonly minRating?: number | null;
}

/** A first reading, by which every row comes out with all its fields; times and ratings are settled after one pass. */
export interface Sketch {
  readonly reading: Reading;
  /** Names, or places, of the columns that are not read. */
  readonly unread: readonly string[];
}

const UNSETTLED = { time: null, likes: EVERY_RATING };

/** @param lines the first ones of the text. @throws DataError DATA_EMPTY, DATA_FORMAT_UNKNOWN, DATA_HEADER, DATA_OPTION */
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
      `${fileName}: its first line does not fall into columns: name what separates them with --delimiter`,
    );
  }
  const chosen = choice.columns ?? {};
  const header = choice.header ?? isHeader(first, chosen);
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
      'its first line opens a JSON object, but no line holds a whole one: write one object a line',
    );
  const columns = columnsOfNames(names, named(choice.columns));
  return { reading: { format: 'json-lines', encoding, columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

/** @param names of the columns. @throws DataError DATA_HEADER, DATA_OPTION */
export function sketchParquet(names: readonly string[], choice: ReadingChoice): Sketch {
  const columns = columnsOfNames(names, named(choice.columns));
  return { reading: { format: 'parquet', columns, ...UNSETTLED }, unread: unreadOf(names, columns) };
}

/** @throws DataError DATA_OPTION */
function named(chosen: ColumnChoice = {}): ColumnChoice {
  const place = Object.entries(chosen).find(([, column]) => typeof column === 'number');
  if (place === undefined) return chosen;
  throw new DataError(
    'DATA_OPTION',
    `--columns ${place[0]}=${String(place[1])}: this file's columns have names; say the name`,
  );
}

/** Quotation marks count where commas or semicolons part fields, and elsewhere where every mark at a field's beginning has its end. */
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

/** Looks at every row of a source read by a sketch. */
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

  /** The reading, and what a person should know of it. @throws DataError DATA_OPTION */
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
        `${unlike.count} ${unlike.count === 1 ? 'line is' : 'lines are'} not UTF-8, the first line ${unlike.line}: if this is text of Windows or Latin-1, say --encoding windows-1252`,
      );
    }
    const settled = { ...reading, columns, time, likes };
    if (settled.format !== 'delimited') return { reading: settled, remarks };
    if (settled.quotes === 'over-lines' && !this.#isOverLines)
      return { reading: { ...settled, quotes: 'in-a-line' }, remarks };
    if (this.#isOverLines) {
      remarks.push(
        'quoted fields run over lines: rows are told apart by their quotation marks alone, so that a row with a mark too many may swallow those after it; an export as JSON lines or Parquet, or without that column, cannot',
      );
    }
    return { reading: settled, remarks };
  }

  #form(column: Column, choice: ReadingChoice, remarks: string[]): TimeForm | null {
    const form = this.#times.form();
    if (form === 'ambiguous') {
      throw new DataError(
        'DATA_OPTION',
        `column ${nameOf(column)}: the month and the day of its dates cannot be told apart: say --time mdy (the month first) or --time dmy`,
      );
    }
    if (form === 'none') {
      remarks.push(`column ${nameOf(column)} is not read as the time: it is empty in every row`);
      return null;
    }
    if (form !== undefined) return form;
    if (choice.columns?.timestamp === undefined) {
      remarks.push(
        `column ${nameOf(column)} is not read as the time: most of it is in no form that is known; if it is one, say --time`,
      );
      return null;
    }
    throw new DataError(
      'DATA_OPTION',
      `column ${nameOf(column)}: most of it is in no form of time that is known: convert it to 2020-01-31 09:30:00, or leave it out with --columns timestamp=none`,
    );
  }

  #areNumbers(column: Column, remarks: string[]): boolean {
    if (this.#ratings.length >= this.#unratable) return true;
    remarks.push(`column ${nameOf(column)} is not read as the rating: most of it are no numbers`);
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
