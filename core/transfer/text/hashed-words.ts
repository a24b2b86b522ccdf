/**
 * The words of titles in their order, each as a fixed vector that a hash of the word decides: the same on every platform.
 * @module
 */
import { Prng } from '../../random/prng.ts';

export interface WordTable {
  /** Numbers of a word's vector. */
  readonly dimension: number;
  /** Vectors of all words of all titles, one after the other. */
  readonly vectors: Float32Array /* [words, dimension] */;
  /** Words of title i: from offsets[i] up to offsets[i + 1]. At least one: an empty title has a word of zeros. */
  readonly offsets: Uint32Array;
}

/** Most words of a title that are read. */
const LONGEST = 24;

/** @param dimension numbers of a word's vector. */
export function hashedWords(titles: readonly (string | undefined)[], dimension: number): WordTable {
  const known = new Map<string, Float32Array>();
  const vectorOf = (word: string): Float32Array => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const prng = new Prng(`word ${word}`);
    const made = Float32Array.from({ length: dimension }, () => prng.gaussian() / Math.sqrt(dimension));
    known.set(word, made);
    return made;
  };
  const words = titles.map(
    (title) =>
      (title ?? '')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
        ?.slice(0, LONGEST) ?? [],
  );
  const offsets = new Uint32Array(titles.length + 1);
  words.forEach((own, i) => (offsets[i + 1] = offsets[i] + Math.max(1, own.length)));
  const vectors = new Float32Array(offsets[titles.length] * dimension);
  words.forEach((own, i) => {
    own.forEach((word, at) => vectors.set(vectorOf(word), (offsets[i] + at) * dimension));
  });
  return { dimension, vectors, offsets };
}
