import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SecaggError } from '../../core/secagg/errors.ts';
import { pack, packedBytes, unpackInto } from '../../core/secagg/packing.ts';
import { checkRingBits, chooseRingBits, fromRing, noiseReach, toRing } from '../../core/secagg/ring.ts';

const ringBits = fc.integer({ min: 16, max: 32 });
const refused = (error: unknown): boolean => error instanceof SecaggError && error.code === 'SECAGG_OVERFLOW';

describe('bit packing', () => {
  it('keeps the low bits of every element and nothing else', () => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 70 }), ringBits, (values, bits) => {
        const packed = pack(values.slice(), bits);
        assert.equal(packed.length, Math.ceil((values.length * bits) / 8));
        const back = new Uint32Array(values.length);
        unpackInto(back, packed, bits);
        assert.deepEqual(
          [...back],
          [...values].map((value) => (bits === 32 ? value : value % 2 ** bits)),
        );
      }),
    );
  });

  it('is little-endian, least significant bit first', () => {
    assert.deepEqual([...pack(Uint32Array.of(0xabcde, 0x12345), 20)], [0xde, 0xbc, 0x5a, 0x34, 0x12]);
  });

  it('refuses bytes too many or too few', () => {
    for (const length of [0, 4, 6]) {
      assert.throws(
        () => unpackInto(new Uint32Array(2), new Uint8Array(length), 20),
        (error) => error instanceof SecaggError && error.code === 'SECAGG_SIZE',
      );
    }
    assert.equal(packedBytes(100_000, 17), 212_500);
  });
});

describe('integers in a ring', () => {
  it('come back, and so do their sums as long as they fit', () => {
    fc.assert(
      fc.property(ringBits, fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 20 }), (bits, numbers) => {
        const integers = Float64Array.from(numbers);
        assert.deepEqual(fromRing(toRing(integers, bits), bits), integers);
        const total = toRing(integers, bits).reduce((sum, value) => (sum + value) % 2 ** bits, 0);
        const [sum] = fromRing(Uint32Array.of(total), bits);
        assert.equal(
          sum,
          numbers.reduce((a, b) => a + b, 0),
        );
      }),
    );
  });

  it('wrap at the edge of the ring, and only there', () => {
    for (const bits of [16, 24, 32]) {
      const most = 2 ** (bits - 1) - 1;
      assert.deepEqual(
        [...fromRing(toRing(Float64Array.of(most, -most - 1, most + 1), bits), bits)],
        [most, -most - 1, -most - 1],
      );
    }
  });

  it('far beyond 2^32 are reduced exactly; what is no integer is refused', () => {
    const value = 2 ** 52 + 12345;
    assert.equal(toRing(Float64Array.of(value), 32)[0], Number(BigInt(value) % 2n ** 32n));
    assert.equal(toRing(Float64Array.of(-value), 32)[0], Number(BigInt.asUintN(32, -BigInt(value))));
    for (const bad of [0.5, NaN, Infinity, 2 ** 53])
      assert.throws(() => toRing(Float64Array.of(bad), 32), /not an integer/);
  });
});

describe('the choice of a ring', () => {
  const demand = { platforms: 10, bound: 1000, localSigma: 5000, vectorLength: 2000 };

  it('is the smallest that holds the sum with its noise', () => {
    const bits = chooseRingBits(demand);
    const largest = 10 * 1000 + noiseReach(demand);
    assert.equal(bits, 19);
    assert.ok(largest <= 2 ** (bits - 1) - 1);
    assert.ok(largest > 2 ** (bits - 2) - 1);
    assert.doesNotThrow(() => checkRingBits(demand, bits));
    assert.throws(() => checkRingBits(demand, bits - 1), refused);
  });

  it('never grows smaller with more of anything', () => {
    const numbers = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 3, max: 100 }), (bound, localSigma, platforms) => {
        const small = { platforms, bound, localSigma, vectorLength: 100 };
        const bits = (more: object): number => chooseRingBits({ ...small, ...more });
        for (const more of [{ bound: 2 * bound }, { localSigma: 2 * localSigma }, { platforms: 2 * platforms }]) {
          assert.ok(bits(more) >= bits({}));
        }
      }),
    );
  });

  it('holds the worst case of 100 platforms: no coordinate wraps', () => {
    const worst = { platforms: 100, bound: 10_000, localSigma: 500, vectorLength: 100_000 };
    const bits = chooseRingBits(worst);
    for (const sign of [1, -1]) {
      const each = sign * (worst.bound + Math.floor(noiseReach(worst) / 100));
      const total = toRing(Float64Array.of(100 * each), bits);
      assert.equal(fromRing(total, bits)[0], 100 * each);
    }
  });

  it('is refused with the arithmetic shown when 32 bits are too few', () => {
    const huge = { platforms: 100, bound: 2 ** 25, localSigma: 2 ** 20, vectorLength: 1000 };
    assert.throws(
      () => chooseRingBits(huge),
      (error) => refused(error) && /100 x 33554432 \+ \d+ = \d+.*2147483647/.test((error as Error).message),
    );
  });

  it('its tail bound is what it says: tau is where 2 d exp(-tau^2 / 2 n sigma^2) is 2^-64', () => {
    const tau = noiseReach(demand);
    const log2 = (Math.log(2 * 2000) - tau ** 2 / (2 * 10 * 5000 ** 2)) / Math.LN2;
    assert.ok(Math.abs(log2 + 64) < 1e-9);
  });
});
