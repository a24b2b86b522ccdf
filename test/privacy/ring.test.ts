import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { centre, toRing } from '../../core/privacy/mechanism/ring.ts';
import { tailMultiple } from '../../core/privacy/mechanism/scale.ts';

const ringBits = fc.integer({ min: 16, max: 32 });
const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof PrivacyError && error.code === code && message.test(error.message);

describe('integers in a ring', () => {
  it('come back, and so do their sums as long as they fit', () => {
    fc.assert(
      fc.property(ringBits, fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 20 }), (bits, numbers) => {
        const integers = Float64Array.from(numbers);
        assert.deepEqual(centre(toRing(integers, bits), bits), integers);
        const total = toRing(integers, bits).reduce((sum, value) => (sum + value) % 2 ** bits, 0);
        const [sum] = centre(Uint32Array.of(total), bits);
        assert.equal(
          sum,
          numbers.reduce((a, b) => a + b, 0),
        );
      }),
    );
  });

  it('are what BigInt makes of them, over all that a double holds exactly', () => {
    fc.assert(
      fc.property(ringBits, fc.array(fc.maxSafeInteger()), (bits, numbers) => {
        assert.deepEqual(
          [...toRing(Float64Array.from(numbers), bits)],
          numbers.map((value) => Number(BigInt.asUintN(bits, BigInt(value)))),
        );
      }),
    );
  });

  it('wrap at the edge of the ring, and only there', () => {
    for (const bits of [16, 24, 32]) {
      const most = 2 ** (bits - 1) - 1;
      assert.deepEqual(
        [...centre(toRing(Float64Array.of(most, -most - 1, most + 1), bits), bits)],
        [most, -most - 1, -most - 1],
      );
    }
  });

  it('are refused where they are none', () => {
    for (const bad of [0.5, NaN, Infinity, 2 ** 53]) {
      assert.throws(
        () => toRing(Float64Array.of(1, bad), 32),
        refusedAs('PRIVACY_BAD_PARAMETER', /coordinate 1 is .*not an integer/),
      );
    }
  });
});

describe('the ring of a plan', () => {
  const query: SumQuery = {
    label: 'round',
    dimension: 2048,
    clip: 1,
    repetitions: 5,
    relativeNoise: 1,
    scope: 'federation',
  };
  const plan = (count: number, personsAbout: number, epsilon = 4) =>
    planPrivacy({
      epsilon,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 1,
      platforms: Array.from({ length: count }, (_, i) => ({ name: `p${i}`, personsAbout, queries: [query] })),
    });

  it('holds every platform at its worst in one coordinate, and is the least that does', () => {
    for (const [count, persons] of [
      [3, 10],
      [10, 2000],
      [100, 30],
      [100, 100_000],
    ]) {
      const made = plan(count, persons);
      const { bound, localSigma, dimension } = plannedSum(made, 'p0', 'round');
      for (const sign of [1, -1]) {
        const each = sign * (bound + Math.floor(tailMultiple(count, dimension) * localSigma));
        const back = (bits: number): number => {
          const [word] = toRing(Float64Array.of(each), bits);
          let total = 0;
          for (let platform = 0; platform < count; platform++) total = (total + word) >>> 0;
          return centre(Uint32Array.of(total), bits)[0];
        };
        assert.equal(back(made.ringBits), count * each, `${count} platforms of ${persons}`);
        if (made.ringBits > 16) assert.notEqual(back(made.ringBits - 1), count * each);
      }
    }
  });

  it('is refused with the arithmetic shown when 32 bits are too few', () => {
    assert.throws(
      () => plan(10_000, 100, 10_000),
      refusedAs(
        'PRIVACY_RING_OVERFLOW',
        /10000 platforms x \(bound \d+ \+ 12.* x local sigma .*below 2\^31 = 2147483648/,
      ),
    );
  });
});
