/**
 * Baselines that show everybody the same list, and the one that shows everybody anything.
 * @module
 */
import { historyOf, itemCounts, personIndex } from '../../data/select.ts';
import { Prng } from '../../random/prng.ts';
import { columnMeans, multiplyVector } from '../linear-algebra/products.ts';
import type { Baseline } from './baseline.ts';

export const random: Baseline = {
  name: 'random',
  summary: 'every item alike',
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
  summary: "interactions of all the target's persons",
  needs: 'target',
  fit({ target }) {
    const scores = Float32Array.from(itemCounts(target));
    return () => scores;
  },
};

export const prior: Baseline = {
  name: 'prior',
  summary: 'mean target factor of the warm persons known on both sides: the zero line of transfer',
  needs: 'target+links',
  fit({ target, linked, factors }) {
    const { dimension, persons, items } = factors();
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
  summary: 'interactions of the warm persons known on both sides',
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
  summary: "mean factor of all the target's persons: what it can do alone",
  needs: 'target',
  fit({ factors }) {
    const { dimension, persons, items } = factors();
    const scores = multiplyVector(items, dimension, columnMeans(persons, dimension));
    return () => scores;
  },
};
