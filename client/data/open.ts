/**
 * Reads a platform's interactions into a domain, with the reading in its reading file.
 * @module
 */
import type { ReadingFile } from '../../core/data/reading.ts';
import { RowCollector } from '../../core/data/rows.ts';
import type { CollectOptions, ReadReport } from '../../core/data/rows.ts';
import { catalogueOf, factsBeside, readingPathOf, readReadingFile } from './reading-file.ts';
import { findSource, readable, readSource } from './source.ts';

export type OpenOptions = Omit<CollectOptions, 'catalogue' | 'isCatalogueClosed'>;

/**
 * @param readingPath path of the reading file. The path of the catalogue is relative to it.
 * @throws DataError.
 */
export async function openDomain(
  path: string,
  file: ReadingFile,
  readingPath: string,
  options: OpenOptions,
): Promise<ReadReport> {
  const source = await findSource(path);
  const { reading, catalogue } = file;
  const titles = await catalogueOf(readingPath, catalogue);
  const facts = await factsBeside(readingPath, file);
  const collector = new RowCollector(reading, { ...options, catalogue: titles, isCatalogueClosed: true });
  await readSource(source, reading, collector, options.signal);
  try {
    const report = collector.finish();
    return { ...report, domain: { ...report.domain, ...facts } };
  } catch (error) {
    throw readable(error, path);
  }
}

/** Uses the reading file beside the data. @throws DataError. */
export async function openByReadingBeside(path: string, options: OpenOptions): Promise<ReadReport> {
  const readingPath = readingPathOf(path);
  return openDomain(path, await readReadingFile(readingPath, path), readingPath, options);
}
