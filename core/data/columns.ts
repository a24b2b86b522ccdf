/**
 * Which column holds what.
 * @module
 */
import { DataError } from './errors.ts';

export type Role = 'person' | 'item' | 'rating' | 'timestamp';

/** Columns by name, or by place from 0 where there is no header. */
export type ColumnChoice = Readonly<Partial<Record<Role, string | number>>>;

/** Places from 0. */
export interface Columns {
  readonly person: number;
  readonly item: number;
  readonly rating?: number;
  readonly timestamp?: number;
}

/** The names known data sets use, compared without case, spaces, dashes and underscores; the first that is there wins. */
const KNOWN: Readonly<Record<Role, readonly string[]>> = {
  person: ['person', 'user', 'userid', 'reviewerid', 'customerid', 'uid', 'personid'],
  item: ['item', 'itemid', 'parentasin', 'asin', 'movieid', 'productid', 'bookid', 'isbn', 'iid'],
  rating: ['rating', 'overall', 'score', 'stars', 'starrating'],
  timestamp: ['timestamp', 'time', 'unixreviewtime', 'date', 'unixtime', 'reviewdate'],
};

const ROLES: readonly Role[] = ['person', 'item', 'rating', 'timestamp'];

/**
 * Columns by their header. undefined: this is no header (neither person nor item is named in it, or places are chosen).
 * @throws DataError DATA_HEADER when only one of the two is there, or a chosen one is not.
 */
export function columnsOfHeader(header: readonly string[], chosen: ColumnChoice = {}): Columns | undefined {
  if (typeof chosen.person === 'number' || typeof chosen.item === 'number') return undefined;
  const plain = header.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const places: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const choice = chosen[role];
    if (choice !== undefined) {
      places[role] = placeOf(choice, header, role);
      continue;
    }
    const at = KNOWN[role].map((name) => plain.indexOf(name)).find((place) => place >= 0);
    if (at !== undefined) places[role] = at;
  }
  const { person, item, ...rest } = places;
  if (person !== undefined && item !== undefined) return { person, item, ...rest };
  if (person === undefined && item === undefined) return undefined;
  throw headerError(header, person === undefined ? 'person' : 'item');
}

/**
 * Columns of a file without a header, from its first row: user, item, rating, timestamp, as MovieLens and Amazon ratings
 * have them. Amazon's of 2018 have the item first; the shape of its ids tells.
 * @throws DataError DATA_HEADER
 */
export function columnsOfFirstRow(row: readonly string[], chosen: ColumnChoice = {}): Columns {
  if (typeof chosen.person === 'number' && typeof chosen.item === 'number') {
    return {
      person: placeOf(chosen.person, row, 'person'),
      item: placeOf(chosen.item, row, 'item'),
      ...(typeof chosen.rating === 'number' && { rating: placeOf(chosen.rating, row, 'rating') }),
      ...(typeof chosen.timestamp === 'number' && { timestamp: placeOf(chosen.timestamp, row, 'timestamp') }),
    };
  }
  const looksLikeRatings = row.length >= 3 && row.length <= 4 && row.slice(2).every(isNumber);
  if (!looksLikeRatings) throw headerError(row, 'person');
  const itemFirst = isAsin(row[0]) && !isAsin(row[1]);
  return {
    person: itemFirst ? 1 : 0,
    item: itemFirst ? 0 : 1,
    rating: 2,
    ...(row.length === 4 && { timestamp: 3 }),
  };
}

function placeOf(choice: string | number, header: readonly string[], role: Role): number {
  const place = typeof choice === 'number' ? choice : header.indexOf(choice);
  if (Number.isInteger(place) && place >= 0 && place < header.length) return place;
  throw new DataError(
    'DATA_HEADER',
    `no column ${JSON.stringify(choice)} for the ${role}; the columns are ${listed(header)}`,
  );
}

function headerError(header: readonly string[], missing: Role): DataError {
  return new DataError(
    'DATA_HEADER',
    `no column for the ${missing} among ${listed(header)}: name it one of ${KNOWN[missing].slice(0, 5).join(', ')}, ` +
      'or try which column it is with "isthmus data inspect --columns"',
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return shown.join(', ') + (names.length > 12 ? ', …' : '');
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/** Amazon's item numbers: ten characters, from B0 on or an ISBN. */
function isAsin(text: string): boolean {
  return /^(B[0-9A-Z]{9}|\d{9}[\dX])$/.test(text.trim());
}
