/**
 * Titles in two invented languages. Words of topics differ and stand in a dictionary; brands and model numbers are
 * in no dictionary, and the second language adds an ending to brands.
 * @module
 */
import type { Prng } from '../../core/random/prng.ts';
import type { PublicDictionary } from '../../core/transfer/text/cross-lingual.ts';

export interface TwoLanguages {
  /** From the first language to the second, which is the common one. */
  readonly dictionary: PublicDictionary;
  /** A title in a language, 0 or 1. */
  readonly title: (language: number, topic: number, brand: number, prng: Prng) => string;
}

export interface LanguagesShape {
  readonly topics: number;
  readonly brands: number;
}

/** Words of each topic. */
const WORDS = 8;
/** Words of a topic in one title. */
const USED = 3;
/** Share of the words that the dictionary has. */
const TRANSLATED = 0.9;
/** Letters of the two languages have little in common, so that no word of the one looks like one of the other. */
const SYLLABLES = [
  ['ba', 'do', 'gi', 'lu', 'me', 'no', 'ri', 'ta'],
  ['xe', 'zy', 'qua', 'fow', 'jik', 'vuh', 'cep', 'hys'],
] as const;
/** What each language adds to a brand. */
const ENDINGS = ['', 'esk'] as const;
const BRAND_SYLLABLES = ['ak', 'tor', 'vin', 'sol', 'pra', 'len', 'mux', 'ori', 'kel', 'dra'];

export function twoLanguages({ brands, topics }: LanguagesShape, prng: Prng): TwoLanguages {
  const vocabularies = SYLLABLES.map((syllables) => differentWords(topics * WORDS, 3, syllables, prng));
  const names = differentWords(brands, 3, BRAND_SYLLABLES, prng);
  const translations = new Map(
    vocabularies[0].map((word, at) => [word, vocabularies[1][at]] as const).filter(() => prng.uniform() < TRANSLATED),
  );
  return {
    dictionary: { translations, common: new Set(vocabularies[1]) },
    title: (language, topic, brand, random) => {
      const words = Array.from(random.sample(WORDS, USED), (word) => vocabularies[language][topic * WORDS + word]);
      const name = `${names[brand]}${ENDINGS[language]}`;
      return `${name} ${words.join(' ')} ${100 + random.integer(900)}`;
    },
  };
}

function differentWords(count: number, syllables: number, from: readonly string[], prng: Prng): readonly string[] {
  const words = new Set<string>();
  while (words.size < count) {
    words.add(Array.from({ length: syllables }, () => from[prng.integer(from.length)]).join(''));
  }
  return [...words];
}
