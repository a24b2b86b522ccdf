import assert from 'node:assert/strict';
import { calibrateNoise, epsilonOfSums, leastSafe } from '../../core/accounting/calibrate.ts';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { relativeError } from './oracle.ts';

/** Noise multiplier for epsilon 1, 2, 4, 8 at delta = 1e-6, everyone in every round (docs/accountant.md). */
const FEW_FAT_ROUNDS: readonly (readonly [rounds: number, z: readonly number[]])[] = [
  [1, [4.53, 2.38, 1.27, 0.69]],
  [5, [10.13, 5.33, 2.83, 1.54]],
  [10, [14.33, 7.53, 4.01, 2.18]],
  [20, [20.26, 10.65, 5.67, 3.08]],
  [50, [32.04, 16.84, 8.96, 4.87]],
];

describe('calibration of the noise', () => {
  for (const [rounds, expected] of FEW_FAT_ROUNDS) {
    it(`finds the published noise multipliers for ${rounds} rounds`, () => {
      const found = [1, 2, 4, 8].map((epsilon) => {
        const sums = [
          {
            relativeNoise: 1,
            repetitions: rounds,
            distributed: { shares: 6, dimension: 2000, integerSensitivity: 1 << 20 },
          },
        ];
        const calibration = calibrateNoise({ epsilon, delta: 1e-6, sums });
        assert.ok(calibration.epsilon <= epsilon && calibration.epsilon > epsilon * (1 - 1e-6));
        assert.ok(epsilonOfSums(sums, calibration.tooLittle, 1e-6) > epsilon);
        return calibration.noiseMultiplier;
      });
      for (const [i, z] of found.entries()) assert.ok(Math.abs(z - expected[i]) <= 0.005001, `${z} for ${expected[i]}`);
    });
  }

  it('shares one budget among sums of different relative noise', () => {
    const sums = [
      { relativeNoise: 4, repetitions: 1 },
      { relativeNoise: 1, repetitions: 10 },
      { relativeNoise: 2, repetitions: 3 },
    ];
    const { noiseMultiplier } = calibrateNoise({ epsilon: 4, delta: 1e-6, sums });
    // Gaussians compose by adding 1 / z^2: 1/16 + 10 + 3/4 of them at relative noise 1.
    const alone = calibrateNoise({ epsilon: 4, delta: 1e-6, sums: [{ relativeNoise: 1, repetitions: 1 }] });
    assert.ok(Math.abs(noiseMultiplier / alone.noiseMultiplier / Math.sqrt(1 / 16 + 10 + 3 / 4) - 1) < 1e-7);
  });

  it('counts what was charged before, and says when nothing fits', () => {
    const sums = [{ relativeNoise: 1, repetitions: 1 }];
    const spent = RdpAccountant.empty().compose({ kind: 'gaussian', noiseMultiplier: 2 });
    const fresh = calibrateNoise({ epsilon: 4, delta: 1e-6, sums });
    const after = calibrateNoise({ epsilon: 4, delta: 1e-6, sums, accountant: spent });
    assert.ok(after.noiseMultiplier > fresh.noiseMultiplier && after.epsilon <= 4);
    assert.throws(() => calibrateNoise({ epsilon: 1, delta: 1e-6, sums, accountant: spent }), {
      code: 'PRIVACY_TARGET_UNREACHABLE',
    });
  });

  it('the search returns the safe end for any decreasing cost', () => {
    for (const [cost, target, root] of [
      [(x: number): number => 1 / x, 1e-7, 1e7],
      [(x: number): number => Math.exp(-x), 0.3, -Math.log(0.3)],
      [(x: number): number => (x < 7 ? Infinity : 1), 1, 7],
      [(x: number): number => (x < 0.01 ? 5 : 0), 2, 0.01],
    ] as const) {
      const found = leastSafe(cost, target, 1, 1e-9);
      assert.ok(found !== null && cost(found.safe) <= target && cost(found.unsafe) > target);
      assert.ok(relativeError(found.safe, root) < 3e-9);
      assert.equal(found.cost, cost(found.safe));
    }
    assert.equal(
      leastSafe(() => 2, 1, 1, 1e-9),
      null,
    );
  });
});
