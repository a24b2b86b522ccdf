/**
 * Writes domains as a platform's files: `<platform>.tsv` (person, item, and rating and timestamp if known),
 * `<platform>.items.tsv` (the whole catalogue, in order, with titles), files of vectors and of persons if there are any, and the
 * reading file.
 * @module
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readingPathOf, writeReadingFile } from '../../client/data/reading-file.ts';
import type { Domain } from '../../core/data/domain.ts';
import { formatAttributes, formatItemVectors } from '../../core/data/item-facts.ts';
import { formatCatalogue } from '../../core/data/items.ts';
import { EVERY_RATING } from '../../core/data/likes.ts';
import type { Reading } from '../../core/data/reading.ts';
import { makeOutFolder, outUnwritable, writeOut } from '../out-folder.ts';

export interface DomainFiles {
  readonly interactions: string;
  readonly items: string;
  readonly reading: string;
}

export async function writeDomain(domain: Domain, folder: string): Promise<DomainFiles> {
  await makeOutFolder(folder);
  const files = {
    interactions: join(folder, `${domain.name}.tsv`),
    items: join(folder, `${domain.name}.items.tsv`),
    reading: readingPathOf(join(folder, `${domain.name}.tsv`)),
  };
  try {
    await pipeline(Readable.from(interactionLines(domain)), createWriteStream(files.interactions));
  } catch (cause) {
    throw outUnwritable(files.interactions, cause);
  }
  await writeOut(files.items, formatCatalogue(domain.catalogue, domain.titles));
  const beside = {
    ...(domain.vectors && { vectors: join(folder, `${domain.name}.vectors.tsv`) }),
    ...(domain.attributes && { persons: join(folder, `${domain.name}.persons.tsv`) }),
  };
  if (domain.vectors) await writeOut(beside.vectors ?? '', formatItemVectors(domain.vectors));
  if (domain.attributes) await writeOut(beside.persons ?? '', formatAttributes(domain.attributes));
  const catalogue = { path: files.items, items: domain.catalogue.length, ...beside };
  await writeReadingFile(files.reading, readingOf(domain), catalogue);
  return files;
}

/** The reading of the files that {@link writeDomain} writes. */
function readingOf({ ratings, timestamps }: Domain): Reading {
  const columns = {
    person: 'person',
    item: 'item',
    rating: ratings ? 'rating' : null,
    timestamp: timestamps ? 'timestamp' : null,
  };
  return {
    format: 'delimited',
    encoding: 'utf-8',
    delimiter: '\t',
    quotes: 'none',
    skip: 0,
    header: true,
    width: Object.values(columns).filter((column) => column !== null).length,
    columns,
    time: timestamps ? 'seconds' : null,
    // A domain holds only likes.
    likes: EVERY_RATING,
  };
}

/** Yields one block of text per person, for fewer and larger writes. */
function* interactionLines(domain: Domain): Generator<string> {
  const { ratings, timestamps } = domain;
  yield ['person', 'item', ...(ratings ? ['rating'] : []), ...(timestamps ? ['timestamp'] : [])].join('\t') + '\n';
  for (const [row, person] of domain.persons.entries()) {
    let block = '';
    for (let i = domain.offsets[row]; i < domain.offsets[row + 1]; i++) {
      block += `${person}\t${domain.catalogue[domain.items[i]]}`;
      if (ratings) block += `\t${cell(ratings[i])}`;
      if (timestamps) block += `\t${cell(timestamps[i])}`;
      block += '\n';
    }
    yield block;
  }
}

/** An empty cell for an unknown value: every reader takes it as unknown. */
function cell(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}
