/**
 * Describes a reading in words, for the person who must confirm it.
 * @module
 */
import { delimiterText } from './detect.ts';
import type { Likes } from './likes.ts';
import type { Column, Reading } from './reading.ts';
import { TIME_FORM_TEXT } from './times.ts';

/** For example "comma-separated, utf-8, header in line 1". */
export function formatText(reading: Reading): string {
  switch (reading.format) {
    case 'delimited': {
      const header = reading.header ? `header in line ${reading.skip + 1}` : 'no header';
      return [delimiterText(reading.delimiter), reading.encoding, header].join(', ');
    }
    case 'json-lines':
      return `JSON lines, ${reading.encoding}`;
    case 'parquet':
      return 'Parquet';
    case 'sql':
      return `a query of the database that ${reading.connection} names`;
    default:
      return `read by ${reading.format}`;
  }
}

/** 'column "user_id"', or 'column 0'. */
export function columnText(column: Column | null): string {
  return column === null ? 'none' : `column ${JSON.stringify(column)}`;
}

export function timeText({ columns, time, format }: Reading): string {
  if (columns.timestamp === null || time === null) return 'none: the order of rows is taken as the order of time';
  const isTyped = format === 'parquet' && time === 'iso';
  return `${columnText(columns.timestamp)}, ${isTyped ? "dates of Parquet's own type, or in text" : TIME_FORM_TEXT[time]}`;
}

export function likesText({ columns, likes }: Reading): string {
  return columns.rating === null
    ? 'none: every row counts as a like'
    : `${columnText(columns.rating)}, ${countsText(likes)}`;
}

/** Describes the whole reading in one sentence. */
export function readingText(reading: Reading): string {
  const { person, item } = reading.columns;
  return [
    formatText(reading),
    `person ${columnText(person)}`,
    `item ${columnText(item)}`,
    `rating ${likesText(reading)}`,
    `time ${timeText(reading)}`,
  ].join('; ');
}

function countsText({ scale, from, to }: Likes): string {
  const of = scale === null ? 'no scale recognised' : `on a scale of ${scale[0]} to ${scale[1]}`;
  if (from === null && to === null) return `${of}: every rating counts as a like`;
  const range = from === null ? `up to ${String(to)}` : to === null ? `${from} or more` : `${from} to ${to}`;
  return `${of}: a row rated ${range} counts as a like, other rated rows are left out`;
}
