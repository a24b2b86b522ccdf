/**
 * What would another recommender have earned, read from the log of the one that served? The log shows each person mostly what
 * that person likes, so the plain mean of the log's rewards says nothing about another recommender.
 * @module
 */
import { selfNormalised } from '../../core/evaluation/off-policy.ts';
import type { LoggedChoice } from '../../core/evaluation/off-policy.ts';
import { mean } from '../../core/evaluation/results.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Figures, Study } from './study.ts';

const PERSONS = 300;
const ITEMS = 40;
const DIMENSION = 4;
/** Recommendations that were logged. */
const LOGGED = 20_000;
/** Evaluated recommenders; the figures are means over them. */
const RECOMMENDERS = 10;

export const offPolicy: Study = {
  name: 'off-policy',
  question: 'What would another recommender have earned, read from the log of the one that served?',
  reference: 'Swaminathan and Joachims, NeurIPS 2015, eq. 6 (self-normalised inverse propensity)',
  metrics: { 'absolute error': 'lower', 'effective choices': 'higher' },
  method: 'self-normalised',
  planted: {
    summary:
      'the recommender that served showed each person mostly what that person likes; its probabilities are logged',
    ablation: {
      method: 'equal propensities',
      off: 'every item counted as if it had been shown with equal probability',
    },
    margins: { 'mean of the log': 0.05, 'equal propensities': 0.05 },
    measure,
  },
  real: [],
  caveats: [
    'The data here have no log of what was shown to whom, so there is no figure on real data.',
    'The estimate needs the probabilities with which the served items were drawn: a recommender that always shows its best list has none.',
  ],
};

/** Softmax of scores. */
function policyOf(scores: readonly number[]): readonly number[] {
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function measure(seed: string): Figures {
  const prng = new Prng(`off-policy/${seed}`);
  const vectors = (n: number): readonly (readonly number[])[] =>
    Array.from({ length: n }, () => Array.from({ length: DIMENSION }, () => prng.gaussian()));
  const tastes = vectors(PERSONS);
  const traits = vectors(ITEMS);
  const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
  /** Probability that the person likes the item. */
  const likes = tastes.map((taste) => traits.map((trait) => 1 / (1 + Math.exp(2 - product(taste, trait)))));
  const served = tastes.map((taste) => policyOf(traits.map((trait) => 0.7 * product(taste, trait))));

  const log = Array.from({ length: LOGGED }, () => {
    const person = prng.integer(PERSONS);
    const item = drawn(served[person], prng);
    return { person, item, reward: prng.uniform() < likes[person][item] ? 1 : 0 };
  });

  const errors: Record<string, number[]> = { 'self-normalised': [], 'mean of the log': [], 'equal propensities': [] };
  const effective: number[] = [];
  for (let r = 0; r < RECOMMENDERS; r++) {
    // It knows each taste through noise, and weighs it as it likes, perhaps negatively.
    const weight = 0.8 * prng.gaussian();
    const wanted = tastes.map((taste) =>
      policyOf(traits.map((trait) => weight * product(taste, trait) + 0.3 * prng.gaussian())),
    );
    const truth = mean(likes.flatMap((row, person) => row.reduce((sum, like, i) => sum + like * wanted[person][i], 0)));
    const choices = (propensity: (person: number, item: number) => number): readonly LoggedChoice[] =>
      log.map(({ item, person, reward }) => ({
        propensity: propensity(person, item),
        wanted: wanted[person][item],
        reward,
      }));
    const estimate = selfNormalised(choices((person, item) => served[person][item]));
    effective.push(estimate.effective);
    const error = (value: number): number => Math.abs(value - truth);
    errors['self-normalised'].push(error(estimate.value));
    errors['equal propensities'].push(error(selfNormalised(choices(() => 1 / ITEMS)).value));
    errors['mean of the log'].push(error(mean(log.map(({ reward }) => reward))));
  }
  return Object.fromEntries(
    Object.entries(errors).map(([method, all]) => [
      method,
      { 'absolute error': mean(all), ...(method === 'self-normalised' && { 'effective choices': mean(effective) }) },
    ]),
  );
}

/** Draws an index by its probability. */
function drawn(probabilities: readonly number[], prng: Prng): number {
  let left = prng.uniform();
  const found = probabilities.findIndex((probability) => (left -= probability) < 0);
  return found < 0 ? probabilities.length - 1 : found;
}
