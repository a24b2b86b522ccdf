import assert from 'node:assert/strict';
import { assertExactSum, checkDrops, STAGES } from './drops.ts';
import { run } from './federation.ts';
import type { Options } from './federation.ts';
import { longIt } from '../longer.ts';

describe('a masked sum', () => {
  for (const n of [3, 4, 5, 10, 30]) {
    it(`of ${n} platforms on the complete graph is the plain sum`, () => {
      const result = run(n);
      assertExactSum(result);
      assert.equal(result.summed.length, n);
      assert.equal(result.faults.length, 0);
    });
  }

  for (const ringBits of [16, 17, 20, 24, 31]) {
    it(`in a ring of ${ringBits} bits`, () => {
      assertExactSum(run(5, { parameters: { ringBits, vectorLength: 77 } }), ringBits);
    });
  }

  it('on a sparse graph, with and without losses', () => {
    const sparse: Options = { parameters: { graph: { kind: 'harary', degree: 8 }, threshold: 5, tNoise: 12 } };
    assertExactSum(run(20, sparse));
    const dying = new Set(['p00002', 'p00011']);
    const result = run(20, { ...sparse, diesBefore: (id) => (dying.has(id) ? 'masked-chunk' : undefined) });
    assertExactSum(result);
    assert.equal(result.summed.length, 18);
  });
});

describe('platforms dropping out', () => {
  it('n = 3: every way in which each may drop at any stage', () => {
    const fates = STAGES.length + 1;
    for (let world = 0; world < fates ** 3; world++) {
      checkDrops([0, 1, 2].map((i) => Math.floor(world / fates ** i) % fates));
    }
  });

  for (const n of [4, 5]) {
    (n === 4 ? it : longIt)(`n = ${n}: every subset dropping at every stage`, () => {
      for (let stage = 0; stage < STAGES.length; stage++) {
        for (let subset = 0; subset < 2 ** n; subset++) {
          checkDrops(Array.from({ length: n }, (_, i) => ((subset >> i) & 1 ? stage : STAGES.length)));
        }
      }
    });
  }

  longIt('n = 5: two subsets dropping at two stages', () => {
    // Every pair of single losses, the only ones t = 4 of 5 might survive.
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < 5; b++) for (const first of [0, 3, 4]) checkDrops(dropTwo(a, first, b, 5));
    }
  });
});

function dropTwo(a: number, first: number, b: number, second: number): readonly number[] {
  return Array.from({ length: 5 }, (_, i) => (i === a ? first : i === b ? second : STAGES.length));
}
