/**
 * Files beside the data that say more about items and persons.
 * @module
 */
import { dirname, join } from 'node:path';
import { atomicBeside, bytesOf, exists, readable } from './source.ts';
import type { Source } from './source.ts';

/** Files beside the data that say more about items and persons. */
export interface FilesBeside {
  /** Path of a file of item vectors. */
  readonly vectors?: string;
  /** Path of a file of persons with their attributes. */
  readonly persons?: string;
}

/** `<name>.vectors.tsv` and `<name>.persons.tsv` (or RecBole's `<name>.user`) beside a source, those that exist. */
export async function factsFilesBeside({ path, name, files }: Source): Promise<FilesBeside> {
  const [vectors, table] = ['vectors', 'persons'].map((what) => join(dirname(path), `${name}.${what}.tsv`));
  const atomic = atomicBeside(files[0], 'user');
  const candidates = [table, ...(atomic === undefined ? [] : [join(dirname(files[0]), atomic)])];
  const found = await Promise.all(candidates.map(exists));
  const persons = candidates.find((_, at) => found[at]);
  return { ...((await exists(vectors)) && { vectors }), ...(persons !== undefined && { persons }) };
}

/** @throws DataError naming the file. */
export async function readFacts<Facts>(
  path: string,
  read: (bytes: AsyncIterable<Uint8Array>) => Promise<Facts>,
): Promise<Facts> {
  try {
    return await read(await bytesOf(path));
  } catch (error) {
    throw readable(error, path);
  }
}
