/**
 * Reading files on disk, with the catalogue beside them.
 * @module
 */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { DataError } from '../../core/data/errors.ts';
import { formatCatalogue } from '../../core/data/items.ts';
import { formatReading, parseReading } from '../../core/data/reading.ts';
import type { CatalogueEntry, Reading, ReadingFile } from '../../core/data/reading.ts';
import { systemReason } from '../../host/files.ts';
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
  /** Undefined: the file of items itself is the catalogue. */
  readonly cataloguePath: string | undefined;
  readonly file: ReadingFile;
}

/**
 * Writes the reading file, and a catalogue beside it if the file of items cannot serve as one.
 * @param path path of the reading file.
 * @throws DataError DATA_UNWRITABLE.
 */
export async function writeReading(inspected: Inspected, path: string): Promise<WrittenReading> {
  const { reading, items, report, source } = inspected;
  const { catalogue, titles } = report.domain;
  if (items?.isCatalogue === true && items.titles.size === catalogue.length) {
    return {
      path,
      cataloguePath: undefined,
      file: await writeReadingFile(path, reading, items.path, catalogue.length),
    };
  }
  const cataloguePath = join(dirname(path), `${basename(source.path)}.catalogue.tsv`);
  await replace(cataloguePath, formatCatalogue(catalogue, titles));
  const origin = items?.titles.size === catalogue.length ? undefined : 'rows';
  return { path, cataloguePath, file: await writeReadingFile(path, reading, cataloguePath, catalogue.length, origin) };
}

/** @param cataloguePath an existing file in the form of a catalogue. @throws DataError DATA_UNWRITABLE. */
export async function writeReadingFile(
  path: string,
  reading: Reading,
  cataloguePath: string,
  items: number,
  origin?: CatalogueEntry['origin'],
): Promise<ReadingFile> {
  const catalogue: CatalogueEntry = {
    file: from(path, cataloguePath),
    items,
    sha256: sha256(await readFile(cataloguePath)),
    ...(origin && { origin }),
  };
  await replace(path, formatReading({ reading, catalogue }));
  return { reading, catalogue };
}

/**
 * Reads the catalogue that a reading names.
 * @throws DataError DATA_CATALOGUE if it is not the one that the reading was written with.
 */
export async function catalogueOf(
  readingPath: string,
  { file, sha256: expected }: CatalogueEntry,
): Promise<ReadonlyMap<string, string>> {
  const path = isAbsolute(file) ? file : join(dirname(readingPath), file);
  const { titles, bytes } = await readCatalogue(path);
  if (sha256(bytes) === expected) return titles;
  throw new DataError(
    'DATA_CATALOGUE',
    `${path} has changed since ${readingPath} was written: run "isthmus data inspect" again, and "isthmus data adopt" if a platform has started with it`,
  );
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
