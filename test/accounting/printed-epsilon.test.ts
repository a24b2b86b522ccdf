import assert from 'node:assert/strict';
import fc from 'fast-check';
import { downward, upward, upwardFixed } from '../../core/accounting/printed-epsilon.ts';

describe('a printed epsilon', () => {
  it('is never below the computed one, and above it by less than one unit of its last digit', () => {
    const values = fc.oneof(
      fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      fc.double({ min: 1e-4, max: 1e4, noNaN: true }),
      // Values just above a decimal.
      fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 3 })).map(([n, ulps]) => {
        const decimal = n / 1000;
        return decimal + ulps * Number.EPSILON * decimal;
      }),
    );
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 8 }), (value, places) => {
        const printed = Number(upward(value, places));
        const noise = Number(downward(value, places));
        assert.ok(noise <= value && value - noise <= 10 ** (Math.floor(Math.log10(value)) + 1 - places) * (1 + 1e-9));
        assert.ok(printed >= value);
        assert.ok(printed - value <= 10 ** (Math.floor(Math.log10(value)) + 1 - places) * (1 + 1e-9));
        if (value > 1e6) return;
        const fixed = upwardFixed(value, places);
        assert.match(fixed, new RegExp(`^\\d+\\.\\d{${places}}$`));
        assert.ok(Number(fixed) >= value && Number(fixed) - value <= 10 ** -places * (1 + 1e-9));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the computed one where that is a short decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: -6, max: 3 }), (n, exponent) => {
        const decimal = Number(`${n}e${exponent}`);
        assert.equal(upward(decimal), String(decimal));
        assert.equal(Number(upwardFixed(decimal, 6)), decimal);
      }),
    );
    assert.deepEqual(
      [4, 1.234, 0.3, 0].map((value) => upward(value)),
      ['4', '1.234', '0.3', '0'],
    );
    assert.deepEqual(
      [4, 1.2345, 0].map((value) => upwardFixed(value)),
      ['4.0000', '1.2345', '0.0000'],
    );
  });

  it('steps over a nine, and over what a tolerance would hide', () => {
    assert.equal(upward(4.0000000005), '4.001');
    assert.equal(upward(9.9991), '10');
    assert.equal(downward(3.9999999995), '3.999');
    assert.deepEqual(
      [4, 0].map((value) => downward(value)),
      ['4', '0'],
    );
    assert.equal(upwardFixed(4.0000000000001), '4.0001');
    assert.equal(upwardFixed(0.99995, 4), '1.0000');
    assert.equal(upward(1e-9 * (1 + 1e-12)), '1.001e-9');
    assert.deepEqual([upward(Infinity), upwardFixed(Infinity), upward(NaN)], ['Infinity', 'Infinity', 'NaN']);
  });
});
