import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DiscreteGaussian, varianceAtLeast } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { longIt } from '../longer.ts';

/** Exact probabilities of -reach..reach, by direct summation over 40 sigma. */
function probabilities(variance: number, reach: number): Float64Array {
  const tail = Math.ceil(40 * Math.sqrt(variance)) + 2;
  let total = 0;
  for (let x = -tail; x <= tail; x++) total += Math.exp((-x * x) / (2 * variance));
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * variance)) / total);
}

/**
 * Pearson's statistic as a standard normal (Wilson and Hilferty 1931), over bins with an expectation of at least
 * `least` each.
 */
function chiSquareDeviation(samples: Float64Array, variance: number, least = 20): { z: number; bins: number } {
  const reach = Math.ceil(8 * Math.sqrt(variance)) + 1;
  const pmf = probabilities(variance, reach);
  const counts = new Float64Array(pmf.length);
  for (const x of samples) counts[Math.max(0, Math.min(2 * reach, x + reach))] += 1;
  let statistic = 0;
  let bins = 0;
  let expected = 0;
  let observed = 0;
  let left = 1;
  for (let i = 0; i < pmf.length; i++) {
    expected += pmf[i] * samples.length;
    observed += counts[i];
    left -= pmf[i];
    if (expected >= least && left * samples.length >= least) {
      statistic += (observed - expected) ** 2 / expected;
      bins += 1;
      expected = 0;
      observed = 0;
    }
  }
  statistic += (observed - expected) ** 2 / expected;
  const degrees = bins;
  const spread = 2 / (9 * degrees);
  return { z: (Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread), bins: bins + 1 };
}

function draw(sigma: number, count: number, seed: string): Float64Array {
  const samples = new Float64Array(count);
  new DiscreteGaussian(varianceAtLeast(sigma), seededRandom(seed)).addTo(samples);
  return samples;
}

const asNumber = (v: { numerator: bigint; denominator: bigint }) => Number(v.numerator) / Number(v.denominator);

describe('discrete Gaussian sampler', () => {
  for (const sigma of [0.5, 1, 3, 64, 1000]) {
    (sigma === 0.5 || sigma === 64 ? it : longIt)(`follows the exact pmf at sigma ${sigma} (chi-square)`, () => {
      const { z, bins } = chiSquareDeviation(draw(sigma, 1_000_000, `chi ${sigma}`), sigma ** 2);
      assert.ok(Math.abs(z) < 4, `chi-square over ${bins} bins deviates by ${z.toFixed(2)} standard deviations`);
    });
  }

  it('the chi-square test sees a variance that is 4 % off and a rounded continuous Gaussian at sigma 0.5', () => {
    assert.ok(chiSquareDeviation(draw(64, 1_000_000, 'off'), 64 ** 2 * 1.04).z > 6);
    const source = new RandomWords(seededRandom('box-muller'));
    const rounded = Float64Array.from({ length: 200_000 }, () => {
      const radius = Math.sqrt(-2 * Math.log((source.next() + 1) / 2 ** 32));
      return Math.round(0.5 * radius * Math.cos((2 * Math.PI * source.next()) / 2 ** 32));
    });
    assert.ok(chiSquareDeviation(rounded, 0.25).z > 6);
  });

  it('decides every coin as exact integers would, from the same random bits', () => {
    for (const sigma of [0.01, 0.3, 0.5, 1, 1.7, 3, 64, 777.7, 1000, 123_456.7, 2 ** 33 + 1]) {
      const fast = new DiscreteGaussian(varianceAtLeast(sigma), seededRandom('same'));
      const exact = new DiscreteGaussian(varianceAtLeast(sigma), seededRandom('same'), true);
      for (let i = 0; i < 1500; i++) assert.equal(fast.sample(), exact.sample(), `sigma ${sigma}, sample ${i}`);
    }
  });

  it('agrees with exact integers on bits chosen to fall on the thresholds', () => {
    // 2^32 / k is the word at which a coin of bias 1/k is undecided after its first word.
    const near = fc.oneof(
      fc.integer({ min: 1, max: 40 }).chain((k) => fc.integer({ min: -2, max: 2 }).map((d) => (2 ** 32 / k + d) >>> 0)),
      fc.nat(0xffffffff),
    );
    fc.assert(
      fc.property(fc.array(near, { minLength: 40, maxLength: 40 }), fc.constantFrom(0.5, 1, 3, 64), (words, sigma) => {
        const source = () => {
          const rest = seededRandom(words.join());
          let first = true;
          return {
            bytes: (length: number) => {
              const bytes = rest.bytes(length);
              if (first) bytes.set(new Uint8Array(Uint32Array.from(words).buffer));
              first = false;
              return bytes;
            },
          };
        };
        const fast = new DiscreteGaussian(varianceAtLeast(sigma), source());
        const exact = new DiscreteGaussian(varianceAtLeast(sigma), source(), true);
        for (let i = 0; i < 6; i++) assert.equal(fast.sample(), exact.sample());
      }),
      { numRuns: 300 },
    );
  });

  it('never samples less variance than asked, and says exactly which', () => {
    assert.deepEqual(varianceAtLeast(0.5), { numerator: 1n, denominator: 4n });
    assert.deepEqual(varianceAtLeast(3), { numerator: 9n, denominator: 1n });
    assert.deepEqual(varianceAtLeast(1000), { numerator: 1_000_000n, denominator: 1n });
    assert.deepEqual(varianceAtLeast(64.001), { numerator: 4097n, denominator: 1n });
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (sigma) => {
        const ratio = asNumber(varianceAtLeast(sigma)) / sigma ** 2;
        assert.ok(ratio >= 1 - 1e-15);
        assert.ok(sigma < 64 || ratio <= 1 + 1 / 4096);
      }),
    );
  });

  it('refuses what it cannot sample', () => {
    const refused = (error: unknown) => error instanceof PrivacyError && error.code === 'PRIVACY_BAD_PARAMETER';
    for (const sigma of [0, -1, Number.NaN, Infinity, 2 ** 41]) assert.throws(() => varianceAtLeast(sigma), refused);
    for (const numerator of [0n, -4n]) {
      assert.throws(() => new DiscreteGaussian({ numerator, denominator: 1n }, seededRandom('x')), refused);
    }
    assert.throws(() => new DiscreteGaussian({ numerator: 1n << 90n, denominator: 1n }, seededRandom('x')), refused);
  });
});

describe('random words', () => {
  it('gives uniform integers below any bound', () => {
    for (const bound of [1, 2, 3, 1000, 2 ** 20, 2 ** 20 + 1, 2 ** 32, 2 ** 32 + 5, 2 ** 45 + 1]) {
      const words = new RandomWords(seededRandom(`below ${bound}`));
      const quarters = [0, 0, 0, 0];
      let largest = 0;
      for (let i = 0; i < 20_000; i++) {
        const value = words.below(bound);
        assert.ok(Number.isInteger(value) && value >= 0 && value < bound);
        largest = Math.max(largest, value);
        quarters[Math.floor((4 * value) / bound)] += 1;
      }
      assert.ok(largest >= Math.floor(bound * 0.99) - 1);
      if (bound >= 1000) for (const count of quarters) assert.ok(Math.abs(count - 5000) < 300, `${bound}: ${count}`);
    }
  });
});
