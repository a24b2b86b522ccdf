/**
 * Finds a platform's items in the federation's vocabulary, before anything is computed.
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Domain } from '../core/data/domain.ts';
import { hashedPlaces, parseVocabulary, placesOf, vocabularyHash } from '../core/data/vocabulary.ts';
import type { CatalogueEntry } from '../core/data/reading.ts';
import { platformOf } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { systemReason } from '../host/files.ts';
import type { Log } from '../host/log.ts';
import { PlatformError } from './errors.ts';

export interface VocabularyFile {
  readonly ids: readonly string[];
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  readonly path: string;
}

/** @throws PlatformError PLATFORM_VOCABULARY; DataError DATA_VOCABULARY. */
export function readVocabulary(path: string): VocabularyFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new PlatformError('PLATFORM_VOCABULARY', `cannot read the vocabulary ${path}: ${systemReason(cause)}`, {
      cause,
    });
  }
  return { ids: parseVocabulary(new TextDecoder().decode(bytes), path), sha256: vocabularyHash(bytes), path };
}

export interface VocabularyTerms {
  readonly manifest: Manifest;
  readonly platform: string;
  /** The file that this platform was given, if any. */
  readonly file: VocabularyFile | undefined;
  /** The origin of the platform's catalogue; absent: a file of items. */
  readonly origin: CatalogueEntry['origin'];
  readonly log: Log;
}

/**
 * The domain with the place of each item in the manifest's vocabulary; unchanged if the manifest names none.
 * @throws PlatformError PLATFORM_VOCABULARY with the reason and the remedy.
 */
export function inVocabulary(domain: Domain, terms: VocabularyTerms): Domain {
  const { manifest, platform, file, origin, log } = terms;
  const { vocabulary } = manifest;
  if (vocabulary === undefined) return domain;
  if ('buckets' in vocabulary) return { ...domain, places: hashedPlaces(vocabulary.buckets, domain.catalogue) };
  const refused = (why: string): PlatformError => new PlatformError('PLATFORM_VOCABULARY', why);
  if (file === undefined) {
    throw refused(
      `the manifest names a vocabulary of ${vocabulary.items} ids with SHA-256 ${vocabulary.sha256}: name that file with --vocabulary`,
    );
  }
  if (file.sha256 !== vocabulary.sha256 || file.ids.length !== vocabulary.items) {
    throw refused(
      `${file.path} holds ${file.ids.length} ids and has SHA-256 ${file.sha256}, and the manifest names ${vocabulary.items} ids with ${vocabulary.sha256}: get the file that all members agreed on`,
    );
  }
  if (origin !== undefined && platformOf(manifest, platform).takes !== true) {
    throw refused(
      origin === 'rows'
        ? `the catalogue of "${platform}" was collected from its rows, so an item that one person alone has met is on it, and so is the number of items that the vocabulary lacks. Give "isthmus data inspect" a public file of items with --items, or let the platform only take the shared model`
        : `the catalogue of "${platform}" is private, and a sum over a public vocabulary shows how often its items in it are met. Leave the federation's sums: let the platform only take the shared model`,
    );
  }
  const places = placesOf(file.ids, domain.catalogue);
  const outside = places.filter((place) => place < 0).length;
  if (outside === places.length) {
    throw refused(
      `none of the ${places.length} items of "${platform}" is in the vocabulary ${file.path}: are the ids of both of one kind?`,
    );
  }
  log.info('items outside the vocabulary are dropped from the sums', { outside, items: places.length });
  return { ...domain, places };
}
