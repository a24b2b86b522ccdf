/**
 * Finds and reads the file of a platform's items, in any supported format.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FieldShape } from '../../core/data/delimited.ts';
import { detectFormat, detectLayout } from '../../core/data/detect.ts';
import { DataError } from '../../core/data/errors.ts';
import { CATALOGUE_SHAPE, readItems } from '../../core/data/items.ts';
import type { Items } from '../../core/data/items.ts';
import { NOT_UTF8 } from '../../core/data/lines.ts';
import { firstLines } from './head.ts';
import { atomicBeside, bytesOf, exists, isGzipped, readable } from './source.ts';
import type { Source } from './source.ts';

export interface ItemsFile extends Items {
  readonly path: string;
  readonly encoding: 'utf-8' | 'windows-1252';
  /** True if a platform can use the file itself as its catalogue. */
  readonly isCatalogue: boolean;
}

/** MovieLens' item files, which have no header. */
const BARE = /^(movies\.dat|u\.item)$/i;

/**
 * The file of items beside a source, if there is one: `<name>.items.tsv` or `.csv`, else RecBole's or MovieLens' own.
 * @throws DataError DATA_TWO_FILES if there are several with that name: their items may differ.
 */
export async function itemsBeside({ path, name, files }: Source): Promise<string | undefined> {
  const folder = dirname(files.length === 1 ? files[0] : path);
  const beside = dirname(path);
  const endings = ['tsv', 'csv', 'tsv.gz', 'csv.gz'].map((ending) => join(beside, `${name}.items.${ending}`));
  const named: string[] = [];
  for (const one of endings) if (one !== path && (await exists(one))) named.push(one);
  if (named.length > 1) {
    const both = named.map((one) => basename(one)).join(' and ');
    throw new DataError(
      'DATA_TWO_FILES',
      `${beside} has ${both}: keep the one that is to be read, or name it with --items`,
    );
  }
  const movieLens: Readonly<Record<string, string>> = {
    'ratings.csv': 'movies.csv',
    'ratings.dat': 'movies.dat',
    'u.data': 'u.item',
  };
  const movies = movieLens[basename(files[0])] as string | undefined;
  const atomic = atomicBeside(files[0], 'item');
  const own = [atomic, movies].flatMap((file) => (file === undefined ? [] : [join(folder, file)]));
  for (const candidate of own) if (candidate !== path && (await exists(candidate))) named.push(candidate);
  return named.at(0);
}

/**
 * Reads a file of items. Titles that are not UTF-8 are read as windows-1252, which is safe because they are only shown.
 * @throws DataError.
 */
export async function readItemsFile(path: string): Promise<ItemsFile> {
  try {
    const { shape, hasHeader } = await layoutOf(path);
    const items = await readItems(await bytesOf(path), shape, hasHeader);
    const isCatalogue =
      shape.delimiter === CATALOGUE_SHAPE.delimiter && shape.quotes === 'none' && !(await isGzipped(path));
    if (items.broken?.reason !== NOT_UTF8) return { ...items, path, encoding: 'utf-8', isCatalogue };
    const again = await readItems(await bytesOf(path), { ...shape, encoding: 'windows-1252' }, hasHeader);
    return { ...again, path, encoding: 'windows-1252', isCatalogue: false };
  } catch (error) {
    throw readable(error, path);
  }
}

/** Reads a catalogue that `isthmus data inspect` wrote. @throws DataError DATA_UNREADABLE, DATA_FORMAT_BROKEN. */
export async function readCatalogue(
  path: string,
): Promise<{ readonly titles: ReadonlyMap<string, string>; readonly bytes: Uint8Array }> {
  try {
    const bytes = await readFile(path);
    const { titles, broken } = await readItems(once(bytes), CATALOGUE_SHAPE);
    if (broken === undefined) return { titles, bytes };
    throw new DataError('DATA_FORMAT_BROKEN', `${path}, line ${broken.line}: ${broken.reason}`);
  } catch (error) {
    throw readable(error, path);
  }
}

async function layoutOf(path: string): Promise<{ readonly shape: FieldShape; readonly hasHeader: boolean }> {
  const name = basename(path).replace(/\.gz$/i, '');
  const { bytes, lines } = await firstLines(path, 'windows-1252');
  const format = detectFormat(bytes, name);
  if (format.kind === 'parquet')
    throw new DataError('DATA_FORMAT_UNKNOWN', `${path} is Parquet: write the items as TSV`);
  const { delimiter } = detectLayout(lines, name);
  const quotes = delimiter === ',' || delimiter === ';' ? 'over-lines' : 'none';
  return { shape: { encoding: 'utf-8', delimiter, quotes }, hasHeader: !BARE.test(name) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
