/**
 * Vectors of titles in several languages, in one space: words become those of a common language by a public dictionary, and words
 * that no dictionary has, such as brands and model numbers, count by their character n-grams, which survive translation and
 * inflection (McNamee and Mayfield, "Character n-gram tokenization for European language text retrieval", Information Retrieval
 * 2004).
 *
 * A hash decides the vector of each term, so that every platform makes the same space from its own titles alone.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { unit } from '../encoder/item-vectors.ts';

/** Characters of an n-gram. */
const GRAM = 4;

export interface PublicDictionary {
  /** Words of a catalogue's language, in lower case, to words of the common one. Empty: the titles are in the common language. */
  readonly translations: ReadonlyMap<string, string>;
  /** Words of the common language, in lower case. */
  readonly common: ReadonlySet<string>;
}

/** Words of a title, in lower case. */
export function wordsOf(title: string): readonly string[] {
  return title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The terms of a title: words of the common language, and the n-grams of all other words, with `_` at their ends. */
export function commonTerms(title: string, { common, translations }: PublicDictionary): readonly string[] {
  return wordsOf(title).flatMap((word) => {
    const translated = translations.get(word) ?? (common.has(word) ? word : undefined);
    return translated === undefined ? gramsOf(word) : [translated];
  });
}

function gramsOf(word: string): readonly string[] {
  const bounded = Array.from(`_${word}_`);
  if (bounded.length <= GRAM) return [bounded.join('')];
  return Array.from({ length: bounded.length - GRAM + 1 }, (_, at) => bounded.slice(at, at + GRAM).join(''));
}

/**
 * A vector of length 1 for each item: the sum of its terms' vectors, each weighed by its rarity among these items; zeros without a
 * term. The inner product of two items, also of two platforms, is about the share of terms that they have in common.
 * @param terms of each item
 */
export function termVectors(terms: readonly (readonly string[])[], dimension: number): ItemVectors {
  const own = terms.map((all) => [...new Set(all)]);
  const counts = new Map<string, number>();
  for (const term of own.flat()) counts.set(term, (counts.get(term) ?? 0) + 1);
  const vectorOf = new Map(
    Array.from(counts, ([term, count]) => {
      const prng = new Prng(`term ${term}`);
      const rarity = Math.log1p(terms.length / count);
      return [term, Float64Array.from({ length: dimension }, () => rarity * prng.gaussian())] as const;
    }),
  );
  const vectors = new Float32Array(terms.length * dimension);
  own.forEach((all, item) => {
    const sum = new Float64Array(dimension);
    for (const term of all) vectorOf.get(term)?.forEach((value, j) => (sum[j] += value));
    vectors.set(unit(sum), item * dimension);
  });
  return { dimension, vectors };
}
