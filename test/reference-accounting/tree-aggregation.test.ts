import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maxTreeSensitivitySquared, treeDepth } from '../../core/reference-accounting/tree-aggregation.ts';

/** Sum over all complete nodes of the squared count of participations below them. `participations` are 0-based steps. */
function treeSensitivitySquared(participations: readonly number[], steps: number): number {
  let sum = 0;
  for (let width = 1; width <= steps; width *= 2) {
    const counts = new Map<number, number>();
    for (const step of participations) {
      const node = Math.floor(step / width);
      if ((node + 1) * width <= steps) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    for (const count of counts.values()) sum += count * count;
  }
  return sum;
}

describe('tree aggregation', () => {
  it('the worst pattern is what trying all of them finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 13 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, minSeparation, maxParticipations) => {
          let worst = 0;
          const extend = (pattern: readonly number[]): void => {
            worst = Math.max(worst, treeSensitivitySquared(pattern, steps));
            if (pattern.length === maxParticipations) return;
            for (let next = (pattern.at(-1) ?? -minSeparation - 1) + minSeparation + 1; next < steps; next++) {
              extend([...pattern, next]);
            }
          };
          extend([]);
          assert.equal(maxTreeSensitivitySquared({ maxParticipations, minSeparation, steps }), worst);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('one participation costs at most the depth', () => {
    for (const steps of [1, 2, 3, 8, 100, 1600]) {
      const once = maxTreeSensitivitySquared({ maxParticipations: 1, minSeparation: 0, steps });
      assert.equal(once, treeDepth(steps));
    }
    assert.throws(() => treeDepth(0), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => maxTreeSensitivitySquared({ maxParticipations: -1, minSeparation: 0, steps: 4 }), {
      code: 'PRIVACY_PARAMETER_INVALID',
    });
  });
});
