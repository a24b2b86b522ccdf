import assert from 'node:assert/strict';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { defaultThreshold } from '../../core/secagg/parameters.ts';
import { plainSum, run } from './federation.ts';
import type { Options, Result } from './federation.ts';

export function assertExactSum(result: Result, ringBits = 32): void {
  assert.equal(result.outcome, 'completed');
  const sum = result.sum!;
  const updates = result.summed.map((id) => result.updates.get(id)!);
  assert.deepEqual([...sum].map(BigInt), plainSum(updates, sum.length, ringBits));
}

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

const STAGES: readonly PlatformMessage['kind'][] = [
  'advertise-keys',
  'share-keys',
  'masked-chunk',
  'consistency-signature',
  'reveals',
];

describe('every subset of platforms dropping at every stage', () => {
  for (const n of [3, 4, 5]) {
    it(`n = ${n}: the exact sum, or a clean typed end`, () => {
      // Each platform drops before one of five messages, or never: 6^n worlds.
      const worlds = (STAGES.length + 1) ** n;
      for (let world = 0; world < worlds; world++) {
        const drops = Array.from({ length: n }, (_, i) => Math.floor(world / (STAGES.length + 1) ** i) % 6);
        const result = run(n, {
          parameters: { vectorLength: 33 },
          diesBefore: (id) => STAGES[drops[Number(id.slice(1))]],
        });
        const atLeast = (stage: number): number => drops.filter((drop) => drop > stage).length;
        const t = defaultThreshold(n);
        const reaches = [0, 1, 2, 3, 4].every((stage) => atLeast(stage) >= t);
        const where = `drops ${drops.join()}`;
        if (reaches) {
          assertExactSum(result);
          assert.equal(result.summed.length, atLeast(2), where);
        } else {
          assert.equal(result.outcome, 'too-few-platforms', where);
          assert.equal(result.sum, null, where);
          assert.equal(
            result.charged,
            [0, 1, 2].every((stage) => atLeast(stage) >= t),
            where,
          );
        }
      }
    });
  }
});
