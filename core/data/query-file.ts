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
  const first = lines.findIndex((line, at) => at > 0 && !/^\s*(--.*)?$/.test(line));
  if (first < 0) throw new DataError('DATA_FORMAT_BROKEN', `there is no query after line 1: ${REMEDY}`);
  if (!/^\s*(select|with)\b/i.test(lines[first])) {
    throw new DataError(
      'DATA_FORMAT_BROKEN',
      `line ${first + 1}: the query does not begin with SELECT or WITH: ${REMEDY}`,
    );
  }
  const second = lines.findIndex((line, at) => at > first && /\S/.test(line) && /;\s*$/.test(lines[at - 1]));
  if (second >= 0) {
    throw new DataError('DATA_FORMAT_BROKEN', `line ${second + 1} begins a second statement: ${REMEDY}`);
  }
  const query = lines.slice(first).join('\n').trim().replace(/;$/, '');
  return { connection, query };
}
