/**
 * Domains as the files a platform would have: `<platform>.tsv` (person, item, and rating and timestamp where known) and
 * `<platform>.items.tsv` (the whole catalogue, in order, with titles).
 * @module
 */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Domain } from '../../core/data/domain.ts';
import { makeOutFolder } from '../out-folder.ts';

export interface DomainFiles {
  readonly interactions: string;
  readonly items: string;
}

export async function writeDomain(domain: Domain, folder: string): Promise<DomainFiles> {
  await makeOutFolder(folder);
  const files = {
    interactions: join(folder, `${domain.name}.tsv`),
    items: join(folder, `${domain.name}.items.tsv`),
  };
  await pipeline(Readable.from(interactionLines(domain)), createWriteStream(files.interactions));
  const titles = domain.catalogue.map((id, item) => `${id}\t${domain.titles?.[item] ?? ''}\n`);
  await writeFile(files.items, `item\ttitle\n${titles.join('')}`);
  return files;
}

/** One block of text a person: fewer, larger writes. */
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

/** Unknown is an empty cell, which every reader takes for unknown. */
function cell(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}
