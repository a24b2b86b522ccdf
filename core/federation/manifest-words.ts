/**
 * A manifest as twelve words. People compare them in a call, on paper or face to face, not through the coordinator.
 *
 * The words are 128 bits of scrypt over the manifest's hash (Percival, "Stronger key derivation via sequential
 * memory-hard functions", BSDCan 2009; RFC 7914), in the English list of BIP 39, whose last word holds a checksum of
 * four bits. An attacker pays 64 MiB and some tenths of a second per guess: at another manifest with the same words, at two
 * manifests with equal words (about 2^64 guesses), or at a manifest that agrees only in the first words.
 * @module
 */
import { scryptSync } from 'node:crypto';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { manifestHash } from './manifest.ts';
import type { Manifest } from './manifest.ts';

const BYTES = 16;
const SALT = 'isthmus manifest words 2';
const COST = { N: 2 ** 16, r: 8, p: 1 };
const MEMORY = 128 * COST.N * COST.r;

export const WORD_COUNT = 12;

/** Twelve words, separated by blanks. Takes some tenths of a second and 64 MiB. */
export function manifestWords(manifest: Manifest): string {
  const bytes = scryptSync(manifestHash(manifest), SALT, BYTES, { ...COST, maxmem: 2 * MEMORY });
  return entropyToMnemonic(new Uint8Array(bytes), wordlist);
}

/** Reads typed words: in any case, with any blanks, commas or numbers between them. */
export function readWords(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Typed words that are not in the list: mistyped or misheard. */
export function unknownWords(words: readonly string[]): readonly string[] {
  const known = new Set(wordlist);
  return words.filter((word) => !known.has(word));
}
