/**
 * A file of one SQL query, whose rows are interactions:
 *
 *     -- connection: SHOP_DATABASE
 *     SELECT customer AS person, product AS item, bought_at AS time FROM purchases
 *
 * The comment names the environment variable that holds the address of the database, so that no password stands in a file.
 * @module
 */
import { DataError } from './errors.ts';

export interface QueryFile {
  /** Name of an environment variable. */
  readonly connection: string;
  /** One statement, without its semicolon. */
  readonly query: string;
}

const CONNECTION = /^\uFEFF?--\s*connection:\s*([A-Za-z_][A-Za-z0-9_]*)\s*$/;
const REMEDY =
  'the file needs a line "-- connection: NAME", where NAME is an environment variable with the address of the database, and then one SELECT';

/** @throws DataError DATA_HEADER, DATA_FORMAT_BROKEN naming the line. */
export function parseQueryFile(text: string): QueryFile {
  const lines = text.split(/\r?\n/);
  const connection = CONNECTION.exec(lines[0])?.[1];
  if (connection === undefined) throw new DataError('DATA_HEADER', `line 1 names no connection: ${REMEDY}`);
  const code = withoutTexts(lines.join('\n'));
  const first = lineOf(code, /\S/);
  if (first === undefined) throw new DataError('DATA_FORMAT_BROKEN', `there is no query after line 1: ${REMEDY}`);
  if (!/^\s*(select|with)\b/i.test(code)) {
    throw new DataError('DATA_FORMAT_BROKEN', `line ${first}: the query does not begin with SELECT or WITH: ${REMEDY}`);
  }
  const second = lineOf(code, /(?<=;\s*)[^\s;]/);
  if (second !== undefined) {
    throw new DataError('DATA_FORMAT_BROKEN', `line ${second} begins a second statement: ${REMEDY}`);
  }
  const query = lines
    .slice(first - 1)
    .join('\n')
    .trim()
    .replace(/;$/, '');
  return { connection, query };
}

/** The statement with blanks in place of comments, strings and quoted names, whose semicolons end nothing. */
function withoutTexts(sql: string): string {
  return sql.replace(/'[^']*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\//g, (text) => text.replace(/[^\n]/g, ' '));
}

/** Number of the line with the first match, from 1. */
function lineOf(text: string, pattern: RegExp): number | undefined {
  const at = text.search(pattern);
  return at < 0 ? undefined : text.slice(0, at).split('\n').length;
}
