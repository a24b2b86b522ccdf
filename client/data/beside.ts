/**
 * Files beside the data that say more about items and persons.
 * @module
 */
import { dirname, join } from 'node:path';
import { bytesOf, exists, readable } from './source.ts';
import type { Source } from './source.ts';

/** Files beside the data that say more about items and persons. */
export interface FilesBeside {
  /** Path of a file of item vectors. */
  readonly vectors?: string;
  /** Path of a file of persons with their attributes. */
  readonly persons?: string;
}

/** `<name>.vectors.tsv` and `<name>.persons.tsv` beside a source, those that exist. */
export async function factsFilesBeside({ path, name }: Source): Promise<FilesBeside> {
  const [vectors, persons] = ['vectors', 'persons'].map((what) => join(dirname(path), `${name}.${what}.tsv`));
  return { ...((await exists(vectors)) && { vectors }), ...((await exists(persons)) && { persons }) };
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
