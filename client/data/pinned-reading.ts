/**
 * The reading that a platform uses: the one of its first start, until an operator adopts another.
 * @module
 */
import { resolve } from 'node:path';
import { DataError } from '../../core/data/errors.ts';
import { formatReading, parseReading, readingChanges } from '../../core/data/reading.ts';
import type { ReadingFile } from '../../core/data/reading.ts';
import { PlatformError } from '../errors.ts';
import type { LastStart, StartStore } from '../store/platform-store.ts';
import { catalogueOf, readingPathOf, readReadingFile } from './reading-file.ts';
import { exists } from './source.ts';

export interface NamedData {
  readonly data: string;
  /** Path of the reading file. Default: beside the data. */
  readonly reading?: string;
}

export interface PinnedReading {
  readonly path: string;
  readonly file: ReadingFile;
}

/**
 * @throws DataError DATA_NO_READING, DATA_READING; DATA_READING_CHANGED with the changes and the command that adopts
 *   them.
 */
export async function pinnedReading(starts: StartStore, named: NamedData): Promise<PinnedReading> {
  const path = resolve(named.reading ?? readingPathOf(named.data));
  const last = starts.get();
  if (last === undefined) return { path, file: await readReadingFile(path, named.data) };
  const kept = keptReading(last);
  if (named.reading === undefined && !(await exists(path))) return { path: last.readingPath, file: kept };
  const file = await readReadingFile(path, named.data);
  const changes = readingChanges(kept, file);
  if (changes.length === 0) return { path, file };
  throw new DataError(
    'DATA_READING_CHANGED',
    `${path} is not the reading that this platform started with (${changes.join(', ')}): restore the earlier one, or change to this one with "isthmus data adopt"`,
  );
}

/** The reading of the platform's last start. @throws DataError DATA_READING. */
export function keptReading(last: LastStart): ReadingFile {
  return parseReading(last.reading, 'the reading file as the state stores it');
}

/**
 * Adopts another reading from the next start on.
 * @returns the changes.
 * @throws PlatformError STATE_UNUSABLE; DataError.
 */
export async function adoptReading(starts: StartStore, named: NamedData): Promise<readonly string[]> {
  const last = starts.get();
  if (last === undefined) {
    throw new PlatformError(
      'STATE_UNUSABLE',
      'this state was never started: its first start takes the reading as it is',
    );
  }
  const readingPath = resolve(named.reading ?? readingPathOf(named.data));
  const file = await readReadingFile(readingPath, named.data);
  await catalogueOf(readingPath, file.catalogue);
  starts.put({ ...last, data: resolve(named.data), readingPath, reading: formatReading(file) });
  return readingChanges(keptReading(last), file);
}
