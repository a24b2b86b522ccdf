import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { Contribution, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { planned } from './planned.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const norm2 = (values: Iterable<number>) => {
  let square = 0n;
  for (const value of values) square += BigInt(value) ** 2n;
  return square;
};
const refusedAs = (code: string) => (error: unknown) => error instanceof PrivacyError && error.code === code;
const anyFloat = fc.float({ noDefaultInfinity: false, noNaN: false });
const mechanisms: readonly PrivacyMechanism[] = [discreteGaussian, withoutNoise];

describe('pipeline', () => {
  for (const mechanism of mechanisms) {
    it(`${mechanism.name}: whatever a person contributes, its integers have norm at most K, exactly`, () => {
      const dense = fc.integer({ min: 1, max: 40 }).chain((dimension) =>
        fc.record({
          values: fc.array(
            fc.oneof(anyFloat, fc.float({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0, 1e-30, 3e38, -0.5)),
            {
              minLength: dimension,
              maxLength: dimension,
            },
          ),
          integerClip: fc.constantFrom(1, 2, 7, 100, 4095, 2 ** 25),
          exponent: fc.integer({ min: -4, max: 30 }),
          seed: fc.string(),
        }),
      );
      fc.assert(
        fc.property(dense, ({ values, integerClip, exponent, seed }) => {
          const sum = planned({ dimension: values.length, integerClip, scale: 2 ** exponent });
          const { integers } = mechanism.bound(sum, [{ values: Float32Array.from(values) }], seededRandom(seed));
          assert.ok(integers.every(Number.isSafeInteger));
          assert.ok(norm2(integers) <= BigInt(integerClip) ** 2n, `${norm2(integers)} > ${integerClip}^2`);
        }),
        { numRuns: 2000 },
      );
    });
  }

  it('bounds an id, not a person: one with two ids on a platform moves the sum by up to twice as much, as the claim says', () => {
    const sum = planned({ dimension: 4, integerClip: 1000, scale: 1000 });
    const values = Float32Array.of(1, 1, 1, 1);
    const moved = (ids: number): number => {
      const { integers } = discreteGaussian.bound(sum, new Array(ids).fill({ values }), seededRandom('ids'));
      return Math.sqrt(Number(norm2(integers)));
    };
    assert.ok(moved(1) <= 1000 && moved(1) > 990);
    assert.ok(moved(2) > 1980);
  });

  it('keeps a contribution within the clip in the mean, unbiased, and one above it at the clip', () => {
    const sum = planned({ dimension: 64, integerClip: 1024, scale: 1024 });
    const inside = Float32Array.from({ length: 64 }, (_, i) => ((i % 9) - 4) / 64);
    const people: Contribution[] = Array.from({ length: 4000 }, () => ({ values: inside }));
    const decoded = discreteGaussian.decode(sum, discreteGaussian.bound(sum, people, seededRandom('mean')).integers);
    for (let i = 0; i < 64; i++) assert.ok(Math.abs(decoded[i] / 4000 - inside[i]) < 0.5 / 1024 / 8);

    const large = Float32Array.from({ length: 64 }, (_, i) => i - 20);
    const { integers } = discreteGaussian.bound(sum, [{ values: large }], seededRandom('large'));
    const norm = Math.sqrt(Number(norm2(integers)));
    assert.ok(norm <= 1024 && norm > 1015, `norm ${norm}`);
    const cosine =
      large.reduce((dot, value, i) => dot + value * integers[i], 0) /
      norm /
      Math.sqrt(large.reduce((s, v) => s + v * v, 0));
    assert.ok(cosine > 0.999);
  });

  it('rounds no coordinate more often than another when it takes roundings back', () => {
    const dimension = 50;
    const sum = planned({ dimension, integerClip: 18, scale: 1 });
    const values = new Float32Array(dimension).fill(18 / Math.sqrt(dimension));
    const people = Array.from({ length: 4000 }, () => ({ values }));
    const { integers } = discreteGaussian.bound(sum, people, seededRandom('fair'));
    const mean = integers.reduce((a, b) => a + b) / dimension;
    assert.ok(
      integers.every((total) => Math.abs(total - mean) < 0.03 * mean),
      integers.join(),
    );
  });

  it('leaves sparse contributions sparse and zeros zero', () => {
    const sum = planned({ dimension: 1000, integerClip: 5000, scale: 4096 });
    const sparse = { indices: Uint32Array.of(7, 400, 999), values: Float32Array.of(0.3, 0, -0.7001) };
    const { integers } = discreteGaussian.bound(sum, [sparse, sparse], seededRandom('sparse'));
    assert.deepEqual(
      [...integers.keys()].filter((i) => integers[i] !== 0),
      [7, 999],
    );
    const dense = new Float32Array(1000);
    dense[7] = 0.3;
    dense[999] = -0.7001;
    const same = discreteGaussian.bound(sum, [{ values: dense }, { values: dense }], seededRandom('other'));
    assert.ok(Math.abs(same.integers[7] - integers[7]) <= 2 && Math.abs(same.integers[999] - integers[999]) <= 2);
  });

  it('zeroes and counts contributions with NaN, infinity, or a norm beyond all bounds', () => {
    const sum = planned({ dimension: 2 });
    const bad = [Number.NaN, Infinity, -Infinity].map((value) => ({ values: Float32Array.of(0.5, value) }));
    const good = { values: Float32Array.of(0.25, 0) };
    const { integers, zeroed } = discreteGaussian.bound(sum, [...bad, good], seededRandom('nan'));
    assert.equal(zeroed, 3);
    assert.deepEqual([...integers], [256, 0]);
  });

  it('clamps each coordinate to the public bound and counts', () => {
    const sum = planned({ dimension: 2, bound: 1500 });
    const people = [1, 1, 1].map((value) => ({ values: Float32Array.of(-value, 0) }));
    const { integers, clamped } = discreteGaussian.bound(sum, people, seededRandom('clamp'));
    assert.deepEqual([...integers], [-1500, 0]);
    assert.equal(clamped, 1);
  });

  it('refuses contributions of another shape', () => {
    const sum = planned({ dimension: 3 });
    const refused = refusedAs('PRIVACY_CONTRIBUTION_SHAPE');
    const wrong: Contribution[] = [
      { values: new Float32Array(2) },
      { values: new Float32Array(4) },
      { indices: Uint32Array.of(0, 1), values: new Float32Array(3) },
      { indices: Uint32Array.of(3), values: new Float32Array(1) },
      { indices: Uint32Array.of(1, 1), values: new Float32Array(2) },
    ];
    for (const contribution of wrong) {
      assert.throws(() => discreteGaussian.bound(sum, [contribution], seededRandom('shape')), refused);
    }
    // The same coordinate from two persons is no repetition.
    const one = { indices: Uint32Array.of(1), values: Float32Array.of(1) };
    assert.equal(discreteGaussian.bound(sum, [one, one], seededRandom('two')).integers[1], 2000);
  });

  it('refuses a clip that doubles could not sum exactly', () => {
    for (const integerClip of [0, -1, 1.5, 2 ** 25 + 1, Number.NaN]) {
      const sum = planned({ integerClip, integerSensitivity: 10 });
      assert.throws(() => discreteGaussian.bound(sum, [], seededRandom('k')), refusedAs('PRIVACY_BAD_PARAMETER'));
    }
  });

  it('adds the planned noise to a copy, also to an empty sum', () => {
    const sum = planned({ dimension: 20_000, integerClip: 200, noiseMultiplier: 0.8 });
    const empty = discreteGaussian.bound(sum, [], seededRandom('a')).integers;
    const noised = discreteGaussian.addNoise(sum, empty, seededRandom('b'));
    assert.ok(empty.every((integer) => integer === 0));
    assert.ok(noised.every(Number.isSafeInteger));
    const variance = noised.reduce((total, integer) => total + integer * integer, 0) / noised.length;
    assert.ok(Math.abs(variance / 160 ** 2 - 1) < 0.05);
  });

  it('never adds noise for a plan without any, and is loud in its name without noise', () => {
    const sum = planned({ localVariance: 0 });
    assert.throws(
      () => discreteGaussian.addNoise(sum, new Float64Array(4), seededRandom('0')),
      refusedAs('PRIVACY_BAD_PARAMETER'),
    );
    assert.match(withoutNoise.name, /no-privacy/);
    const integers = Float64Array.of(1, -2, 3, 0);
    assert.deepEqual(withoutNoise.addNoise(sum, integers, seededRandom('0')), integers);
    const values = Float32Array.of(0.1, 0.2, -0.3, 0.4);
    const [first, second] = ['x', 'y'].map(
      (seed) => withoutNoise.bound(sum, [{ values }], seededRandom(seed)).integers,
    );
    assert.deepEqual(first, second);
  });
});
