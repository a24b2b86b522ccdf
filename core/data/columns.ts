/**
 * Finds the columns of person, item, rating and time by the names that known data sets use. Only `isthmus data inspect`
 * and simulations call this. A platform reads the columns that its reading file names.
 * @module
 */
import { listed } from './delimited.ts';
import { DataError } from './errors.ts';
import type { Column, Reading } from './reading.ts';

export type Role = 'person' | 'item' | 'rating' | 'timestamp';
export const ROLES: readonly Role[] = ['person', 'item', 'rating', 'timestamp'];

/** Columns chosen by name, or by position from 0. Null: read no column for this role, even if one has a known name. */
export type ColumnChoice = Readonly<Partial<Record<Role, Column | null>>>;
export type Columns = Reading['columns'];

/**
 * Known names, compared without case, spaces, dashes, underscores and RecBole's ":token". The first name found is used.
 */
const KNOWN: Readonly<Record<Role, readonly string[]>> = {
  person: ['person', 'user', 'userid', 'reviewerid', 'customerid', 'uid', 'personid'],
  item: ['item', 'itemid', 'parentasin', 'asin', 'movieid', 'productid', 'bookid', 'isbn', 'iid'],
  rating: ['rating', 'overall', 'score', 'stars', 'starrating', 'bookrating'],
  timestamp: ['timestamp', 'time', 'unixreviewtime', 'date', 'unixtime', 'reviewdate'],
};

export function plainName(name: string): string {
  return untyped(name)
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

/** The name of a column without RecBole's type: `user_id` for `user_id:token`. */
export function untyped(name: string): string {
  return name.trim().replace(/:(token|token_seq|float|float_seq)$/, '');
}

/** True for RecBole's file of interactions, whose header gives each column a type. */
export function isAtomic(fileName: string): boolean {
  return /\.inter$/i.test(fileName);
}

/** @throws DataError DATA_HEADER for a column without one of RecBole's four types. */
export function checkTypes(names: readonly string[]): void {
  const wrong = names.find((name) => untyped(name) === name.trim());
  if (wrong === undefined) return;
  throw new DataError(
    'DATA_HEADER',
    `line 1: the column ${listed([wrong])} has no type that RecBole knows: token, token_seq, float or float_seq, as in user_id:token`,
  );
}

/** True if the first row is a header: columns were chosen by name, or the row holds a known name. */
export function isHeader(row: readonly string[], chosen: ColumnChoice): boolean {
  if (ROLES.some((role) => typeof chosen[role] === 'string')) return true;
  const known = new Set([...KNOWN.person, ...KNOWN.item]);
  return row.some((name) => known.has(plainName(name)));
}

/**
 * Finds columns by their names.
 * @throws DataError DATA_HEADER if a chosen column is not there, or the person or the item is not found.
 */
export function columnsOfNames(given: readonly string[], chosen: ColumnChoice): Columns {
  const names = given.map((name) => name.trim());
  const plain = names.map(plainName);
  const find = (role: Role): Column | null | undefined => {
    const choice = chosen[role];
    if (choice === undefined) {
      const at = KNOWN[role].map((name) => plain.indexOf(name)).find((place) => place >= 0);
      return at === undefined ? undefined : names[at];
    }
    if (choice === null || names.includes(String(choice))) return choice === null ? null : String(choice);
    if (typeof choice === 'number' && choice < names.length) return choice;
    throw noColumn(choice, role, names);
  };
  const [person, item, rating = null, timestamp = null] = ROLES.map(find);
  const twice = [person, item, rating, timestamp].find(
    (column) => typeof column === 'string' && names.indexOf(column) !== names.lastIndexOf(column),
  );
  if (twice !== undefined) {
    throw new DataError(
      'DATA_HEADER',
      `two columns have the name ${JSON.stringify(twice)} among ${listed(names)}: rename one of them`,
    );
  }
  if (isGiven(person) && isGiven(item)) return { person, item, rating, timestamp };
  const missing = ROLES.slice(0, 2).filter((role) => !isGiven(role === 'person' ? person : item));
  const free = names.filter((name) => name !== '' && ![person, item, rating, timestamp].includes(name));
  const flags = missing.map((role, i) => `${role}=${free[i] ?? 'COLUMN'}`);
  throw new DataError(
    'DATA_HEADER',
    `no column for the ${missing.join(' and the ')} among ${listed(names)}: name it, for instance --columns ${flags.join(',')}`,
  );
}

/**
 * Finds the columns of a file without a header from its first row: user, item, rating, timestamp, as in MovieLens and
 * Amazon ratings. Amazon's files of 2018 have the item first, which the shape of its ids shows.
 * @throws DataError DATA_HEADER
 */
export function columnsOfPlaces(row: readonly string[], chosen: ColumnChoice): Columns {
  const place = (role: Role): number | null | undefined => {
    const choice = chosen[role];
    if (!isGiven(choice)) return choice;
    if (typeof choice === 'number' && choice < row.length) return choice;
    throw noColumn(choice, role, row);
  };
  const [person, item, rating, timestamp] = ROLES.map(place);
  if (isGiven(person) && isGiven(item)) return { person, item, rating: rating ?? null, timestamp: timestamp ?? null };
  const looksLikeRatings = row.length >= 3 && row.length <= 4 && row.slice(2).every(isNumber);
  if (!looksLikeRatings || isGiven(person) || isGiven(item)) {
    throw new DataError(
      'DATA_HEADER',
      `the first line, ${listed(row)}, contains no known column name: give each column's position, for instance --columns person=0,item=1, ` +
        'or its name, if the first line holds names',
    );
  }
  const itemFirst = isAsin(row[0]) && !isAsin(row[1]);
  return {
    person: itemFirst ? 1 : 0,
    item: itemFirst ? 0 : 1,
    rating: rating === undefined ? 2 : rating,
    timestamp: timestamp === undefined && row.length === 4 ? 3 : (timestamp ?? null),
  };
}

function isGiven(column: Column | null | undefined): column is Column {
  return column !== null && column !== undefined;
}

function noColumn(choice: Column, role: Role, names: readonly string[]): DataError {
  return new DataError(
    'DATA_HEADER',
    `no column ${JSON.stringify(choice)} for the ${role}; the columns are ${listed(names)}`,
  );
}

export function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/** Amazon's item numbers: ten characters that start with B, or an ISBN. */
function isAsin(text: string): boolean {
  return /^(B[0-9A-Z]{9}|\d{9}[\dX])$/.test(text.trim());
}
