/**
 * Can a platform whose titles are in another language recommend to a person by the titles of that person's history elsewhere? Nobody
 * is known on both sides: titles alone join the two.
 * @module
 */
import { Prng } from '../../../core/random/prng.ts';
import { encodeHistory } from '../../../core/transfer/encoder/item-vectors.ts';
import type { ItemVectors } from '../../../core/transfer/encoder/item-vectors.ts';
import { multiplyVector } from '../../../core/transfer/linear-algebra/products.ts';
import { commonTerms, termVectors, wordsOf } from '../../../core/transfer/text/cross-lingual.ts';
import type { PublicDictionary } from '../../../core/transfer/text/cross-lingual.ts';
import { domainOf } from '../../worlds/planted/encoder-worlds.ts';
import { twoLanguages } from '../../worlds/two-languages.ts';
import { likedItems } from '../../worlds/planted/planted.ts';
import { rankedAt10 } from '../ranking.ts';
import type { Figures, Study } from '../study.ts';

const ITEMS = 400;
const PERSONS = 200;
const OWN_PERSONS = 200;
const MET = 8;
const CHOSEN = 5;
const DIMENSION = 256;
const TOPICS = 10;
const BRANDS = 10;

export const crossLingual: Study = {
  name: 'cross-lingual',
  question:
    'Can a platform with titles in another language recommend to a person by the titles of the history elsewhere?',
  reference:
    'McNamee and Mayfield, Information Retrieval 2004 (character n-grams); Weinberger et al., ICML 2009 (hashed terms), with a public dictionary',
  metrics: { 'NDCG@10': 'higher', 'HR@10': 'higher' },
  method: 'dictionary and n-grams',
  planted: {
    summary:
      'a person likes a topic, whose words a dictionary knows in both languages, and a brand, which both languages write nearly alike',
    ablation: { method: 'words as written', off: 'no dictionary, and no n-grams of brands and model numbers' },
    margins: { 'words as written': 0.1, 'without dictionary': 0.04, 'without n-grams': 0.06, popularity: 0.1 },
    measure,
  },
  real: [],
  caveats: [
    'No data with titles in two languages are at hand, so there is no figure on real data; the two languages here are invented.',
    'The row “vectors from a file” stands for a multilingual model, whose vectors a platform gives with its items; it is planted too, as noise around the truth.',
    'A dictionary must be public: one that was made from persons’ histories would have to be charged.',
  ],
};

function measure(seed: string): Figures {
  const prng = new Prng(`cross-lingual/${seed}`);
  const { dictionary, title } = twoLanguages({ topics: TOPICS, brands: BRANDS }, prng);
  const [first, second] = [0, 1].map((language) =>
    Array.from({ length: ITEMS }, () => {
      const [topic, brand] = [prng.integer(TOPICS), prng.integer(BRANDS)];
      return { topic, brand, title: title(language, topic, brand, prng) };
    }),
  );
  const persons = Array.from({ length: OWN_PERSONS + PERSONS }, (_, row) => {
    const [topic, brand] = [prng.integer(TOPICS), prng.integer(BRANDS)];
    const utility = (catalogue: typeof first): Float64Array =>
      Float64Array.from(catalogue, (item) => (item.topic === topic ? 2.5 : 0) + (item.brand === brand ? 2.5 : 0));
    return {
      id: `p${row}`,
      history: likedItems(utility(first), MET, prng),
      items: likedItems(utility(second), CHOSEN, prng),
    };
  });
  const ids = second.map((_, item) => `item ${item}`);
  const target = domainOf('shop', persons.slice(0, OWN_PERSONS), ids);
  const visitors = persons.slice(OWN_PERSONS);
  const cold = visitors.map(({ id, items }) => ({ person: id, positives: items, sourceInteractions: MET }));
  const historyOf = new Map(visitors.map(({ history, id }) => [id, history]));
  const figuresOf = (score: (person: string) => Float32Array): Figures[string] =>
    rankedAt10({ target, cold, negatives: 99, seed }, score);
  const byVectors = (source: ItemVectors, own: ItemVectors): Figures[string] =>
    figuresOf((person) =>
      multiplyVector(own.vectors, own.dimension, encodeHistory(historyOf.get(person) ?? new Uint32Array(0), source)),
    );
  const byTerms = (termsOf: (title: string, own: PublicDictionary) => readonly string[]): Figures[string] => {
    const inCommon = { common: dictionary.common, translations: new Map<string, string>() };
    return byVectors(
      termVectors(
        first.map(({ title }) => termsOf(title, dictionary)),
        DIMENSION,
      ),
      termVectors(
        second.map(({ title }) => termsOf(title, inCommon)),
        DIMENSION,
      ),
    );
  };
  const counts = new Float32Array(ITEMS);
  for (const item of target.items) counts[item]++;
  const nothing: PublicDictionary = { common: new Set(), translations: new Map() };
  return {
    'dictionary and n-grams': byTerms(commonTerms),
    'without dictionary': byTerms((title) => commonTerms(title, nothing)),
    'without n-grams': byTerms((title, { translations }) =>
      wordsOf(title).map((word) => translations.get(word) ?? word),
    ),
    'words as written': byTerms(wordsOf),
    'vectors from a file': byVectors(modelVectors(first, prng), modelVectors(second, prng)),
    popularity: figuresOf(() => counts),
  };
}

/** Vectors as a multilingual model may give them: topic and brand, with noise. */
function modelVectors(items: readonly { readonly topic: number; readonly brand: number }[], prng: Prng): ItemVectors {
  const dimension = TOPICS + BRANDS;
  const vectors = Float32Array.from({ length: items.length * dimension }, () => 0.2 * prng.gaussian());
  items.forEach(({ brand, topic }, item) => {
    vectors[item * dimension + topic] += 1;
    vectors[item * dimension + TOPICS + brand] += 1;
  });
  return { dimension, vectors };
}
