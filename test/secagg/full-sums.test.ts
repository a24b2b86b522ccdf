import assert from 'node:assert/strict';
import fc from 'fast-check';
import { degreeAndThreshold } from '../../core/secagg/degree.ts';
import { fullSumsUpTo, fullSumThreshold } from '../../core/secagg/full-sums.ts';
import { cutAttack, randomAttack, smallestOpenedSum, splitAttack } from './sparse-attacks.ts';
import { splitSurvivors } from './split-survivors.ts';

describe('an opened sum on the sparse graph is full', () => {
  it('whatever a coordinator does after stage 0, at the threshold of the rule and not below it', () => {
    // Two views at different places of the ring, each without a different set of d platforms.
    const split = { size: 60, degree: 12, colluders: 0, absent: 3 };
    assert.equal(fullSumThreshold(12, 0), 9);
    assert.equal(smallestOpenedSum(splitAttack({ ...split, threshold: 8 })), 60 - 2 * 3);
    assert.equal(smallestOpenedSum(splitAttack({ ...split, threshold: 9 })), null);
    // Two gaps of absent and colluding platforms.
    const cut = { size: 60, degree: 12, colluders: 4, absent: 8 };
    assert.equal(smallestOpenedSum(cutAttack({ ...cut, threshold: 8 })), 10);
    assert.equal(smallestOpenedSum(cutAttack({ ...cut, threshold: fullSumThreshold(12, 4) })), null);
  });

  it('against random lies about packets, survivors and silence', () => {
    fc.assert(
      fc.property(
        fc.record({
          half: fc.integer({ min: 2, max: 6 }),
          colluders: fc.integer({ min: 0, max: 2 }),
          absent: fc.integer({ min: 0, max: 3 }),
          room: fc.integer({ min: 2, max: 12 }),
          seed: fc.integer(),
        }),
        ({ half, colluders, absent, room, seed }) => {
          const degree = 2 * half;
          const threshold = fullSumThreshold(degree, colluders);
          if (threshold > degree) return;
          const setting = { size: degree + absent + room, degree, colluders, absent, threshold };
          const found = smallestOpenedSum(randomAttack(setting, seed));
          assert.ok(found === null || found >= setting.size - absent - colluders, JSON.stringify({ setting, found }));
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('and the same lies do find smaller sums where the threshold is two lower', () => {
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed);
    const found = seeds.filter((seed) => {
      const degree = 4 + 2 * (seed % 5);
      const [colluders, absent] = [seed % 3, seed % 4];
      const setting = { size: degree + absent + 2 + (seed % 11), degree, colluders, absent };
      const threshold = fullSumThreshold(degree, colluders) - 2;
      const sum = smallestOpenedSum(randomAttack({ ...setting, threshold }, seed));
      return sum !== null && sum < setting.size - absent - colluders;
    });
    assert.ok(found.length > 0);
  });

  it('on real platforms: two lists of survivors open a sum below the threshold of the rule, and none at it', () => {
    const below = splitSurvivors({ platforms: 60, degree: 12, threshold: 8, tNoise: 59 });
    assert.deepEqual(below, { opened: 58, left: 2 });
    const rule = splitSurvivors({ platforms: 60, degree: 12, threshold: 9, tNoise: 59 });
    assert.equal(rule.opened, null);
  });

  it('up to as many colluders as the threshold was chosen for', () => {
    for (const degree of [8, 12, 24, 96]) {
      for (const colluders of [0, 1, 2, 5]) {
        const threshold = fullSumThreshold(degree, colluders);
        assert.ok(fullSumsUpTo({ degree, threshold }) >= colluders);
        assert.ok(fullSumsUpTo({ degree, threshold: threshold - 1 }) < colluders);
      }
    }
  });

  it('leaves two lists of survivors an honest platform in common, so that one sum can be opened at most', () => {
    let found = 0;
    for (const platforms of [12, 15, 20, 30, 60, 120, 250, 600]) {
      for (const colluders of [1, 2, 3, platforms / 20, platforms / 8].map(Math.ceil)) {
        for (let absent = 0; absent <= platforms / 2; absent += Math.ceil(platforms / 30)) {
          const graph = degreeAndThreshold({
            platforms,
            corrupt: colluders / platforms,
            dropout: absent / platforms,
            adversary: 'semi-malicious',
            fullSums: true,
          });
          if (graph === null) continue;
          found += 1;
          assert.ok(
            platforms - 2 * absent > fullSumsUpTo(graph),
            JSON.stringify({ platforms, colluders, absent, graph }),
          );
        }
      }
    }
    assert.ok(found > 30, `${found} graphs`);
  });

  it('is part of the rule where it is asked for, and never weakens it', () => {
    for (const [platforms, colluders, dropouts] of [
      [12, 1, 1],
      [64, 2, 6],
      [300, 3, 10],
      [1000, 10, 50],
    ]) {
      const model = { platforms, corrupt: colluders / platforms, dropout: dropouts / platforms } as const;
      const asked = { ...model, adversary: 'semi-malicious', attempts: 50 } as const;
      const plain = degreeAndThreshold(asked)!;
      const full = degreeAndThreshold({ ...asked, fullSums: true })!;
      assert.ok(full.degree >= plain.degree && full.threshold >= plain.threshold, JSON.stringify({ plain, full }));
      assert.ok(fullSumsUpTo(full) >= colluders);
      assert.ok(full.degree < platforms - dropouts - 1);
      assert.ok(fullSumsUpTo(plain) < colluders, 'the production rule alone would have been enough');
    }
  });
});
