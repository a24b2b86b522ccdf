/**
 * A manifest as twelve words, for people to compare by a way that is not the coordinator: in a call, on paper, face to face.
 *
 * The words are 128 bits of scrypt over the manifest's hash (Percival, "Stronger key derivation via sequential memory-hard
 * functions", BSDCan 2009; RFC 7914), in the English list of BIP 39, whose last word holds a checksum of four bits. Each
 * guess at another manifest with the same words costs whoever tries it 64 MiB and some tenths of a second. So does a guess
 * at two manifests with equal words, of which it takes about 2^64, or at one whose first words alone are the same.
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

/** Twelve words, a blank between each. Takes some tenths of a second and 64 MiB. */
export function manifestWords(manifest: Manifest): string {
  const bytes = scryptSync(manifestHash(manifest), SALT, BYTES, { ...COST, maxmem: 2 * MEMORY });
  return entropyToMnemonic(new Uint8Array(bytes), wordlist);
}

/** Words as somebody typed them: any case, any blanks, commas or numbering between them. */
export function readWords(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Typed words that no manifest's can be: mistyped, or misheard. */
export function unknownWords(words: readonly string[]): readonly string[] {
  const known = new Set(wordlist);
  return words.filter((word) => !known.has(word));
}
