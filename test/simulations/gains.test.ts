import assert from 'node:assert/strict';
import { personQualities } from '../../core/evaluation/per-person.ts';
import { Prng } from '../../core/random/prng.ts';
import type { References } from '../../simulations/central.ts';
import type { TrialWorld } from '../../simulations/trial-files.ts';
import { overSeeds, referenceGains } from '../../simulations/trial-rows.ts';
import type { SeedGain } from '../../simulations/trial-rows.ts';

const CONDITIONS = {
  ...{ target: 'toys', method: 'bridge', release: 'raw', epsilon: 4, epsilon0: null },
  ...{ over: 'prior', negatives: 'uniform' as const, metric: 'NDCG@10' as const },
};

/** One seed: each person has a positive. */
const seedOf = (persons: readonly string[], gains: readonly number[]): SeedGain => ({
  ...CONDITIONS,
  ...{ persons, gains, counts: persons.map(() => 1) },
});

const names = (n: number): string[] => Array.from({ length: n }, (_, p) => `p${p}`);
const width = ({ high, low }: { readonly high: number; readonly low: number }): number => high - low;

describe('gains of a simulation over seeds', () => {
  const prng = new Prng('tastes');
  const tastes = names(80).map(() => prng.gaussian());

  it('have an interval over persons with one seed, and over both with several', () => {
    const [one] = overSeeds([seedOf(names(80), tastes)]);
    assert.equal(one.per, 'persons');
    assert.equal(one.persons, 80);
    // Standard error of the mean of 80 draws of deviation 1.
    assert.ok(width(one) > 0.35 && width(one) < 0.55, `${width(one)}`);
    const both = [0, 1].map((shift) =>
      seedOf(
        names(80),
        tastes.map((taste) => taste + shift),
      ),
    );
    assert.equal(overSeeds(both)[0].per, 'persons and seeds');
  });

  it('do not take the same persons at five seeds for five times the persons', () => {
    const [one] = overSeeds([seedOf(names(80), tastes)]);
    const [five] = overSeeds(Array.from({ length: 5 }, () => seedOf(names(80), tastes)));
    assert.equal(five.persons, 80);
    assert.ok(Math.abs(width(five) / width(one) - 1) < 0.25, `${width(five)} of ${width(one)}`);
    const apart = Array.from({ length: 5 }, (_, seed) =>
      seedOf(
        names(80).map((name) => `${seed}/${name}`),
        tastes,
      ),
    );
    assert.ok(width(overSeeds(apart)[0]) < 0.7 * width(one), 'persons of other seeds are further persons');
  });

  it('count what a seed does to all of its persons', () => {
    const alike = (by: readonly number[]): SeedGain[] =>
      by.map((shift, seed) => seedOf([`p${seed}`, `q${seed}`], [shift, shift]));
    assert.ok(width(overSeeds(alike([0.1, 0.1, 0.1, 0.1]))[0]) < 1e-9);
    assert.ok(width(overSeeds(alike([0, 0.1, 0.2, 0.3]))[0]) > 0.1);
  });

  it('weigh positives within a seed and seeds alike, as the rows of the methods do', () => {
    const first = { ...seedOf(['a', 'b'], [3, 0]), counts: [3, 1] };
    const [{ mean }] = overSeeds([first, seedOf(['c'], [0.25])]);
    assert.ok(Math.abs(mean - (0.75 + 0.25) / 2) < 1e-12);
    const [alike] = overSeeds([{ ...seedOf(['a', 'b', 'c'], [3, 1, 2]), counts: [3, 1, 2] }]);
    assert.deepEqual([alike.low, alike.high], [1, 1], 'each positive gains 1, whoever is drawn');
  });

  it('are paired per cold person, and leave out those without a positive', () => {
    const evaluation = (...ranks: number[]) => ({
      ...{ negatives: 'uniform' as const, ranks: Uint32Array.from(ranks), offsets: Uint32Array.of(0, 2, 3) },
    });
    const perPerson = [
      ...personQualities('prior', [evaluation(11, 11, 1)]),
      ...personQualities('popularity', [evaluation(1, 3, 11)]),
    ];
    const cold = [Uint32Array.of(1, 2), new Uint32Array(0), Uint32Array.of(3)].map((positives, p) => ({
      ...{ person: `p${p}`, positives, sourceInteractions: 1 },
    }));
    const [gain, ...others] = referenceGains({ perPerson } as unknown as References, { cold } as unknown as TrialWorld);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [gain.persons, gain.counts, gain.gains],
      [
        ['p0', 'p2'],
        [2, 1],
        [1.5, -1],
      ],
    );
    assert.throws(
      () => referenceGains({ perPerson } as unknown as References, { cold: cold.slice(1) } as unknown as TrialWorld),
      /ranked 2 persons where 1/,
    );
  });
});
