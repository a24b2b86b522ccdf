/**
 * What does it cost to show unpopular items? Lists to an exposure target, against scores from which popularity is discounted until
 * unpopular items have the same exposure.
 * @module
 */
import { exposureOf, exposureShare, gini, listNdcg, unpopularItems } from '../../core/evaluation/exposure.ts';
import { bestItems } from '../../core/evaluation/rank.ts';
import { mean } from '../../core/evaluation/results.ts';
import { itemCounts } from '../../core/data/select.ts';
import { Prng } from '../../core/random/prng.ts';
import { discountedByPopularity, listToExposure } from '../../core/transfer/reranking/exposure.ts';
import { likedItems } from '../worlds/planted/planted.ts';
import { pairOf } from './pair.ts';
import type { Figures, Study } from './study.ts';

const LENGTH = 10;
const TARGETS = [0.3, 0.5, 0.7];
/** The target of the studied method. */
const TARGET = 0.5;
/** Cold persons who are shown lists on real data. */
const MOST_PERSONS = 400;
const FILES = ['douban/book.tsv', 'douban/music.tsv'] as const;

export const exposure: Study = {
  name: 'exposure',
  question: 'What does it cost to give unpopular items a share of the exposure?',
  reference: 'Geyik, Ambler and Kenthapadi, KDD 2019, algorithm 1; exposure as in Singh and Joachims, KDD 2018',
  metrics: { 'NDCG@10': 'higher', 'exposure of unpopular': 'higher', 'Gini of exposure': 'lower' },
  method: `target ${TARGET}`,
  planted: {
    summary:
      'an item is liked for its popularity and for the person’s taste; the scores know both with noise, and are larger for some persons',
    ablation: {
      method: `target ${TARGET}, unpopular items at random`,
      off: 'the places of unpopular items are the same, and any unpopular items stand there',
    },
    margins: { [`target ${TARGET}, unpopular items at random`]: 0.06, [`discounted to target ${TARGET}`]: 0.01 },
    measure,
  },
  real: [
    {
      name: 'Douban books to music',
      files: FILES,
      over: [`discounted to target ${TARGET}`, `target ${TARGET}, unpopular items at random`],
      measure: measureReal,
    },
  ],
  caveats: [
    'An unpopular item is one outside the most popular fifth of the catalogue.',
    'The hidden interactions are of a platform that showed popular items more: NDCG counts the cost of a target, and nothing counts its use.',
    'Scores are discounted until unpopular items have at least the same exposure.',
  ],
};

interface Case {
  readonly counts: Uint32Array;
  readonly persons: readonly { readonly scores: Float32Array; readonly positives: Uint32Array }[];
}

function figuresOf({ counts, persons }: Case, prng: Prng): Figures {
  const isUnpopular = unpopularItems(counts);
  const unpopular = [...isUnpopular.keys()].filter((item) => isUnpopular[item] === 1);
  const row = (lists: readonly (readonly number[])[]): Record<string, number> => {
    const shown = exposureOf(lists, counts.length);
    return {
      'NDCG@10': mean(lists.map((list, p) => listNdcg(list, persons[p].positives))),
      'exposure of unpopular': exposureShare(shown, isUnpopular),
      'Gini of exposure': gini(shown),
    };
  };
  const toShare = (share: number): readonly (readonly number[])[] =>
    persons.map(({ scores }) => listToExposure(scores, isUnpopular, share, LENGTH));
  const figures: Record<string, Record<string, number>> = { 'scores alone': row(toShare(0)) };
  for (const target of TARGETS) {
    const lists = toShare(target);
    const own = row(lists);
    figures[`target ${target}`] = own;
    figures[`discounted to target ${target}`] = discountedTo(own['exposure of unpopular'], (strength) =>
      row(persons.map(({ scores }) => bestItems(discountedByPopularity(scores, counts, strength), LENGTH))),
    );
    if (target !== TARGET) continue;
    const anyOf = (list: readonly number[]): readonly number[] =>
      list.map((item) => (isUnpopular[item] === 1 ? unpopular[prng.integer(unpopular.length)] : item));
    figures[`target ${target}, unpopular items at random`] = row(lists.map(anyOf));
  }
  return figures;
}

/** The figures at the least discount with which unpopular items have this share of the exposure. */
function discountedTo(share: number, at: (strength: number) => Record<string, number>): Record<string, number> {
  let [low, high] = [0, 1];
  while (at(high)['exposure of unpopular'] < share && high < 1e6) high *= 4;
  for (let step = 0; step < 10; step++) {
    const middle = (low + high) / 2;
    if (at(middle)['exposure of unpopular'] < share) low = middle;
    else high = middle;
  }
  return at(high);
}

function measure(seed: string): Figures {
  const prng = new Prng(`exposure/${seed}`);
  const [items, dimension] = [300, 5];
  const vectors = (n: number): readonly (readonly number[])[] =>
    Array.from({ length: n }, () => Array.from({ length: dimension }, () => prng.gaussian()));
  const traits = vectors(items);
  const ranks = prng.shuffle(Uint32Array.from({ length: items }, (_, i) => i));
  const counts = new Uint32Array(items);
  const persons = vectors(400).map((taste) => {
    const liking = Float64Array.from(traits, (trait, item) => {
      const affinity = trait.reduce((sum, value, i) => sum + value * taste[i], 0);
      return 0.8 * affinity - Math.log(ranks[item] + 5);
    });
    const size = Math.exp(0.7 * prng.gaussian());
    const scores = Float32Array.from(liking, (value) => size * (value + 0.7 * prng.gaussian()));
    return { scores, positives: likedItems(liking, LENGTH, prng) };
  });
  for (const { positives } of persons) for (const item of positives) counts[item]++;
  return figuresOf({ counts, persons }, prng);
}

async function measureReal(folder: string, seed: string): Promise<Figures> {
  const { score, split } = await pairOf(folder, FILES, seed);
  const chosen = new Prng(`exposure/${seed}/persons`).shuffle([...split.cold]).slice(0, MOST_PERSONS);
  const persons = chosen.map(({ person, positives }) => ({ scores: score(person).slice(), positives }));
  return figuresOf({ counts: itemCounts(split.target), persons }, new Prng(`exposure/${seed}`));
}
