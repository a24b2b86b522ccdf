/**
 * How well can a platform predict the ratings of a person who is new there? All other figures rank items by likes. Papers on
 * ratings report RMSE and MAE, and this study is for their readers.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { buildDomain } from '../../core/data/build.ts';
import type { InteractionRecord } from '../../core/data/build.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { ratingErrors } from '../../core/evaluation/rating-errors.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';
import { composeEncoder } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { ratingBiases } from '../../core/transfer/ratings/biases.ts';
import { itemTraits } from '../../core/transfer/ratings/item-traits.ts';
import { ratingBridge } from '../../core/transfer/ratings/rating-bridge.ts';
import type { PredictRating, Released } from '../../core/transfer/ratings/rating-bridge.ts';
import { ratingStyle } from '../../core/transfer/ratings/rating-style.ts';
import { federate } from '../in-one-process.ts';
import type { Figures, Study } from './study.ts';

const SCALE = [1, 5] as const;
const REFERENCES = ['global mean', 'item mean', 'item and person biases', 'nothing released'];

export const ratings: Study = {
  name: 'ratings',
  question: 'How well can a platform predict the ratings of a person who has none there?',
  reference: 'Chu and Park, WWW 2009, eq. 3 (bilinear regression); baselines of Koren, KDD 2008, section 2.1',
  metrics: { RMSE: 'lower', MAE: 'lower' },
  method: 'history and style',
  planted: {
    summary: 'persons choose items and rate them by one taste on both platforms, and are generous or strict on both',
    ablation: { method: 'of a stranger', off: 'each new person arrives with the numbers of another' },
    margins: {
      'item mean': 0.05,
      'nothing released': 0.05,
      'history alone': 0.02,
      'style alone': 0.02,
      'of a stranger': 0.1,
    },
    measure: (seed) => measure(...planted(seed), seed),
  },
  real: [
    {
      name: 'Douban, books to music',
      files: ['douban/book.tsv', 'douban/music.tsv'],
      over: [...REFERENCES, 'history alone', 'style alone', 'of a stranger'],
      measure: async (folder, seed) => {
        const [source, target] = await Promise.all(
          ['book', 'music'].map((name) => rated(join(folder, 'douban', `${name}.tsv`))),
        );
        return measure(source, target, seed);
      },
    },
  ],
  caveats: [
    'On Douban the history brings nothing: style alone predicts as well. Half of the gain over item means is in "nothing released", a better average.',
    'History is the vector of linear-bridge, released raw, in which only rated items count, not their ratings; style is the mean and the spread of the own ratings, in the clear. No epsilon bounds the first.',
    'A released style lets the target see how a person rates. No claim covers that, and no strategy releases it.',
  ],
};

/** A domain with every rating, high or low. */
async function rated(path: string): Promise<Domain> {
  return (await inspectSource(path, { minRating: null })).report.domain;
}

/** Errors of every method on the hidden ratings of the cold persons. */
async function measure(source: Domain, target: Domain, seed: string): Promise<Figures> {
  const split = coldSplit(target, [source], { seed });
  const { factorise } = factorMemory(seed);
  const encoder = composeEncoder(encoderSpec('linear-bridge'));
  const { codes } = await federate({ encoder, sources: [source], split, epsilon: null, delta: 1e-6, seed, factorise });
  const [{ vectors: history }] = codes;
  const rows = personIndex(source);
  const style = new Map(
    [...history.keys()].map((person) => [person, ratingStyle(historyOf(source, rows.get(person) ?? 0), SCALE)]),
  );
  const both = new Map([...history].map(([person, vector]) => [person, [...vector, ...(style.get(person) ?? [])]]));

  const biases = ratingBiases(split.target);
  const means = ratingBiases(split.target, Infinity);
  const traits = itemTraits(split.target, biases, new Prng(`ratings/${seed}/factors`));
  const bridge = (released: Released): PredictRating => {
    const random = new Prng(`ratings/${seed}/held-out`);
    return ratingBridge({ domain: split.target, biases, traits, linked: split.linked, released, random });
  };
  const known = bridge(both);
  const cold = split.cold.map(({ person }) => person);
  const next = new Map(cold.map((person, i) => [person, cold[(i + 1) % cold.length]]));
  const methods: Readonly<Record<string, PredictRating>> = {
    'global mean': () => biases.mean,
    'item mean': (_, item) => means.mean + means.items[item],
    'item and person biases': (_, item) => biases.mean + biases.items[item],
    'nothing released': bridge(new Map([...history.keys()].map((person) => [person, []]))),
    'history alone': bridge(history),
    'style alone': bridge(style),
    'of a stranger': (person, item) => known(next.get(person) ?? person, item),
    'history and style': known,
  };
  const actual = split.cold.flatMap((one) => Array.from(one.ratings ?? []));
  return Object.fromEntries(
    Object.entries(methods).map(([name, predict]) => {
      const predicted = split.cold.flatMap(({ person, positives }) =>
        Array.from(positives, (item) => onScale(predict(person, item))),
      );
      return [name, { ...ratingErrors(predicted, actual) }];
    }),
  );
}

function onScale(rating: number): number {
  return Math.min(SCALE[1], Math.max(SCALE[0], rating));
}

const PERSONS = 600;
const ITEMS = 150;
const RATINGS = 20;
const TASTE = 3;

/** The source and the target of the planted world, with the same persons. */
function planted(seed: string): readonly [Domain, Domain] {
  const prng = new Prng(`ratings/${seed}/world`);
  const vectors = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: TASTE }, () => prng.gaussian()));
  const tastes = vectors(PERSONS);
  const generosity = tastes.map(() => 0.5 * prng.gaussian());
  const platform = (name: string): Domain => {
    const items = vectors(ITEMS).map((vector) => ({ vector, bias: 0.4 * prng.gaussian() }));
    const records = tastes.flatMap((taste, person) => {
      const affinities = items.map(
        ({ vector }) => vector.reduce((sum, value, i) => sum + value * taste[i], 0) / Math.sqrt(TASTE),
      );
      const wanted = affinities.map((affinity) => affinity - Math.log(-Math.log(1 - prng.uniform())));
      const chosen = items
        .map((_, item) => item)
        .sort((a, b) => wanted[b] - wanted[a])
        .slice(0, RATINGS);
      return chosen.map((item): InteractionRecord => {
        const rating = 3 + items[item].bias + generosity[person] + 0.6 * affinities[item] + 0.3 * prng.gaussian();
        return { person: `p${person}`, item: `${name}-${item}`, rating: Math.round(onScale(rating)) };
      });
    });
    return buildDomain(name, records);
  };
  return [platform('source'), platform('target')];
}
