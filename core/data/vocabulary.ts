/**
 * A federation's vocabulary: the ids over which all platforms sum together. It is a public file that was made without
 * looking at interactions, or a number of hashed buckets. A platform drops an id outside the file and never adds it: a list
 * that grew with the platforms' catalogues or persons' interactions would reveal them.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { History, Interactions } from './domain.ts';
import { DataError } from './errors.ts';
import { idOf, whyNoId } from './ids.ts';

/** Place of each item of a catalogue in the vocabulary; -1 outside of it. */
export type Places = Int32Array; /* [items] */

/** Reads a vocabulary: one id per line, each once. @throws DataError DATA_VOCABULARY naming file and line. */
export function parseVocabulary(text: string, file: string): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const refuse = (line: number, why: string): DataError =>
    new DataError('DATA_VOCABULARY', `${file}:${line}: ${why}; a vocabulary has one item id per line, each once`);
  const seen = new Map<string, number>();
  lines.forEach((line, at) => {
    const id = idOf(line);
    if (id === undefined) throw refuse(at + 1, `the id ${whyNoId(line)}`);
    const earlier = seen.get(id);
    if (earlier !== undefined) throw refuse(at + 1, `${JSON.stringify(id)} is already on line ${earlier}`);
    seen.set(id, at + 1);
  });
  if (seen.size === 0) throw new DataError('DATA_VOCABULARY', `${file} names no item`);
  return [...seen.keys()];
}

/** The text of a vocabulary: equal ids give equal bytes, and so an equal hash. */
export function formatVocabulary(ids: Iterable<string>): string {
  return `${[...new Set(ids)].sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`;
}

/** SHA-256 of the file's bytes, in hex: the manifest names the vocabulary by it. */
export function vocabularyHash(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

export function placesOf(vocabulary: readonly string[], catalogue: readonly string[]): Places {
  const places = new Map(vocabulary.map((id, place) => [id, place]));
  return Int32Array.from(catalogue, (id) => places.get(id) ?? -1);
}

/** Place of each id among hashed buckets. The sums cannot tell apart ids that share a bucket. */
export function hashedPlaces(buckets: number, catalogue: readonly string[]): Places {
  return Int32Array.from(catalogue, (id) => {
    const hash = new DataView(sha256(utf8ToBytes(`isthmus vocabulary\n${id}`)).buffer);
    // The remainder of 48 bits is uniform to within 2^-24 for every width that a manifest allows.
    return (hash.getUint32(0) * 65_536 + hash.getUint16(4)) % buckets;
  });
}

/**
 * The histories over the vocabulary: each place at most once per person, in the order of the history. Every person keeps
 * a row, perhaps an empty one.
 */
export function onVocabulary({ offsets, items }: Interactions, places: Places): Interactions {
  const ends = new Uint32Array(offsets.length);
  const kept = new Uint32Array(items.length);
  let size = 0;
  for (let person = 0; person + 1 < offsets.length; person++) {
    const own = new Set<number>();
    for (let position = offsets[person]; position < offsets[person + 1]; position++) {
      const place = places[items[position]];
      if (place >= 0) own.add(place);
    }
    for (const place of own) kept[size++] = place;
    ends[person + 1] = size;
  }
  return { offsets: ends, items: kept.slice(0, size) };
}

/** One history over the vocabulary, as in {@link onVocabulary}. */
export function historyOnVocabulary(items: Uint32Array, places: Places): History {
  const own = new Set<number>();
  for (const item of items) if (places[item] >= 0) own.add(places[item]);
  return { items: Uint32Array.from(own) };
}
