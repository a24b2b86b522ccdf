/**
 * Baselines that show the same list to everybody, and the one that shows a random list.
 * @module
 */
import { historyOf, itemCounts, personIndex } from '../../data/select.ts';
import { Prng } from '../../random/prng.ts';
import { columnMeans, multiplyVector } from '../linear-algebra/products.ts';
import type { Baseline } from './baseline.ts';

export const random: Baseline = {
  name: 'random',
  summary: 'every item in random order: the result of chance',
  needs: 'target',
  fit({ target, random: source }) {
    const seed = Prng.fromSource(source).uint32();
    const scores = new Float32Array(target.catalogue.length);
    return (person) => {
      const prng = new Prng(`${seed}/${person}`);
      for (let item = 0; item < scores.length; item++) scores[item] = prng.uniform();
      return scores;
    };
  },
};

export const popularity: Baseline = {
  name: 'popularity',
  summary: "the same list for everybody: most interactions among all of the target's persons",
  needs: 'target',
  fit({ target }) {
    const scores = Float32Array.from(itemCounts(target));
    return () => scores;
  },
};

export const prior: Baseline = {
  name: 'prior',
  summary:
    'the same list for everybody: mean target factor of the persons known on both sides; transfer must rank better than this',
  needs: 'target+links',
  fit({ target, linked, factorise }) {
    const { dimension, persons, items } = factorise(target);
    const index = personIndex(target);
    const rows = linked.flatMap((person) => index.get(person) ?? []);
    const theirs = new Float32Array(rows.length * dimension);
    rows.forEach((row, r) => theirs.set(persons.subarray(row * dimension, (row + 1) * dimension), r * dimension));
    const scores = multiplyVector(items, dimension, columnMeans(theirs, dimension));
    return () => scores;
  },
};

export const priorCount: Baseline = {
  name: 'prior-count',
  summary: 'the same list for everybody: most interactions among the persons known on both sides',
  needs: 'target+links',
  fit({ target, linked }) {
    const index = personIndex(target);
    const scores = new Float32Array(target.catalogue.length);
    for (const person of linked) {
      const row = index.get(person);
      if (row !== undefined) for (const item of historyOf(target, row).items) scores[item] += 1;
    }
    return () => scores;
  },
};

export const localOnly: Baseline = {
  name: 'local-only',
  summary: "the same list for everybody: mean factor of all of the target's persons, without any other platform",
  needs: 'target',
  fit({ target, factorise }) {
    const { dimension, persons, items } = factorise(target);
    const scores = multiplyVector(items, dimension, columnMeans(persons, dimension));
    return () => scores;
  },
};
