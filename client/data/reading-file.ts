/**
 * Reading files on disk, with the catalogue beside them.
 * @module
 */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { DataError } from '../../core/data/errors.ts';
import type { Domain, ItemTable } from '../../core/data/domain.ts';
import { readAttributes, readItemVectors } from '../../core/data/item-facts.ts';
import { formatCatalogue } from '../../core/data/items.ts';
import { formatReading, parseReading } from '../../core/data/reading.ts';
import type { CatalogueEntry, Reading, ReadingFile } from '../../core/data/reading.ts';
import { systemReason } from '../../host/files.ts';
import { readFacts } from './beside.ts';
import type { FilesBeside } from './beside.ts';
import type { Inspected } from './inspect.ts';
import { readCatalogue } from './items-file.ts';
import { exists } from './source.ts';

/** The default path of the reading file for this data. */
export function readingPathOf(data: string): string {
  return `${data.replace(/\/+$/, '')}.reading.yaml`;
}

/** @throws DataError DATA_NO_READING with the command that makes one; DATA_READING. */
export async function readReadingFile(path: string, data: string): Promise<ReadingFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (!(await exists(data))) throw new DataError('DATA_UNREADABLE', `${data} does not exist`, { cause });
    throw new DataError(
      'DATA_NO_READING',
      `cannot read ${path}, which says how to read the rows of ${data}: ${systemReason(cause)}; ` +
        `run "isthmus data inspect ${data}", check its output, and start again`,
      { cause },
    );
  }
  return parseReading(text, path);
}

/** The files that an inspection writes. */
export interface WrittenReading {
  readonly path: string;
  /** Path of the catalogue that was written; undefined if the file of items itself is the catalogue. */
  readonly cataloguePath: string | undefined;
  readonly file: ReadingFile;
}

/**
 * Writes the reading file, and a catalogue beside it if the file of items cannot serve as one.
 * @param path path of the reading file.
 * @throws DataError DATA_UNWRITABLE.
 */
export async function writeReading(inspected: Inspected, path: string): Promise<WrittenReading> {
  const { beside, reading, items, report, source } = inspected;
  const { catalogue, titles } = report.domain;
  if (items?.isCatalogue === true && items.titles.size === catalogue.length) {
    return {
      path,
      cataloguePath: undefined,
      file: await writeReadingFile(path, reading, { path: items.path, items: catalogue.length, ...beside }),
    };
  }
  const cataloguePath = join(dirname(path), `${basename(source.path)}.catalogue.tsv`);
  await replace(cataloguePath, formatCatalogue(catalogue, titles));
  const origin = items?.titles.size === catalogue.length ? undefined : ('rows' as const);
  const written = { path: cataloguePath, items: catalogue.length, ...beside, ...(origin && { origin }) } as const;
  return { path, cataloguePath, file: await writeReadingFile(path, reading, written) };
}

/** @param given an existing file in the form of a catalogue, with the number of its items. @throws DataError DATA_UNWRITABLE. */
export async function writeReadingFile(
  path: string,
  reading: Reading,
  given: FilesBeside & { readonly path: string; readonly items: number; readonly origin?: CatalogueEntry['origin'] },
): Promise<ReadingFile> {
  const { items, origin, persons, vectors } = given;
  const catalogue: CatalogueEntry = {
    file: from(path, given.path),
    items,
    sha256: sha256(await readFile(given.path)),
    ...(origin && { origin }),
    ...(vectors !== undefined && { vectors: { file: from(path, vectors), sha256: sha256(await readFile(vectors)) } }),
  };
  const file = { reading, catalogue, ...(persons !== undefined && { persons: { file: from(path, persons) } }) };
  await replace(path, formatReading(file));
  return file;
}

/** The vectors and the attributes of the files that a reading names. @throws DataError, also DATA_CATALOGUE for other vectors. */
export async function factsBeside(
  readingPath: string,
  { catalogue: { vectors }, persons }: ReadingFile,
): Promise<{ readonly vectors?: ItemTable; readonly attributes?: NonNullable<Domain['attributes']> }> {
  return {
    ...(vectors && { vectors: await vectorsOf(pathFrom(readingPath, vectors.file), vectors.sha256, readingPath) }),
    ...(persons && { attributes: await readFacts(pathFrom(readingPath, persons.file), readAttributes) }),
  };
}

async function vectorsOf(path: string, expected: string, readingPath: string): Promise<ItemTable> {
  const vectors = await readFacts(path, readItemVectors);
  if (sha256(await readFile(path)) === expected) return vectors;
  throw changed(path, readingPath);
}

/**
 * Reads the catalogue that a reading names.
 * @throws DataError DATA_CATALOGUE if it is not the one that the reading was written with.
 */
export async function catalogueOf(
  readingPath: string,
  { file, sha256: expected }: CatalogueEntry,
): Promise<ReadonlyMap<string, string>> {
  const path = pathFrom(readingPath, file);
  const { titles, bytes } = await readCatalogue(path);
  if (sha256(bytes) === expected) return titles;
  throw changed(path, readingPath);
}

function changed(path: string, readingPath: string): DataError {
  return new DataError(
    'DATA_CATALOGUE',
    `${path} has changed since ${readingPath} was written: run "isthmus data inspect" again, and "isthmus data adopt" if a platform has started with it`,
  );
}

function pathFrom(readingPath: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(readingPath), file);
}

/** The path by which a reading file refers to the catalogue. */
function from(readingPath: string, file: string): string {
  const path = relative(dirname(readingPath), file);
  return path.startsWith('..') ? file : path;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Replaces the file atomically. @throws DataError DATA_UNWRITABLE. */
async function replace(path: string, content: string): Promise<void> {
  try {
    await writeFile(`${path}.next`, content);
    await rename(`${path}.next`, path);
  } catch (cause) {
    const remedy = 'name a place that this user may write with --out';
    throw new DataError('DATA_UNWRITABLE', `cannot write ${path}: ${systemReason(cause)}; ${remedy}`, { cause });
  }
}
