import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gaussianNoiseMultiplier } from '../../core/accounting/gaussian-exact.ts';
import { logGamma } from '../../core/accounting/special/gamma.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { privUnitParameters, privUnitSample } from '../../core/release/privunit.ts';
import { capDensity, capMoment, capPoint, capProbability, spherePoint } from '../../core/release/sphere-cap.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';

/** Integral of c_d (1 - t^2)^((d-3)/2) g(t) over [from, 1], by the angle: a smooth integrand in every dimension. */
function integral(dimension: number, from: number, g: (t: number) => number): number {
  const reach = Math.acos(from);
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const angle = ((i + 0.5) * reach) / steps;
    sum += Math.sin(angle) ** (dimension - 2) * g(Math.cos(angle));
  }
  return (capDensity(dimension) * sum * reach) / steps;
}

/**
 * E<u, v / |v|> of v = u + sigma g, |u| = 1: Gamma((d + 1) / 2) / Gamma(d / 2 + 1) sqrt(x) 1F1(1/2; d/2 + 1; -x) with
 * x = 1 / (2 sigma^2), by Kummer's
 * transformation a series of positive terms.
 */
function gaussianCosine(dimension: number, sigma: number): number {
  const x = 1 / (2 * sigma * sigma);
  const [a, b] = [(dimension + 1) / 2, dimension / 2 + 1];
  let [term, series] = [1, 1];
  for (let n = 0; term > 1e-17 * series; n++) {
    term *= ((a + n) * x) / ((b + n) * (n + 1));
    series += term;
  }
  return Math.exp(logGamma(a) - logGamma(b) - x) * Math.sqrt(x) * series;
}

describe('caps of the sphere', () => {
  it('have the right size and moment in every dimension', () => {
    for (const dimension of [2, 3, 4, 5, 8, 17, 32, 64]) {
      assert.ok(Math.abs(integral(dimension, -1, () => 1) - 1) < 1e-7, `density in ${dimension}`);
      for (const height of [0, 0.1, 0.29, 0.3, 0.5, 0.9, 0.99]) {
        const probability = integral(dimension, height, () => 1);
        const moment = integral(dimension, height, (t) => t);
        assert.ok(Math.abs(capProbability(dimension, height) / probability - 1) < 1e-6, `q(${dimension}, ${height})`);
        assert.ok(Math.abs(capMoment(dimension, height) / moment - 1) < 1e-6, `A(${dimension}, ${height})`);
      }
    }
  });

  it('are sampled uniformly: heights follow the exact distribution, the rest is symmetric', () => {
    for (const dimension of [2, 3, 4, 8, 24]) {
      for (const [height, inside] of [
        [0, true],
        [0.3, true],
        [0.9, true],
        [0.3, false],
      ] as const) {
        const words = new RandomWords(seededRandom(`cap ${dimension} ${height} ${inside}`));
        const direction = spherePoint(dimension, words);
        const other = spherePoint(dimension, words);
        const draws = 4000;
        const heights: number[] = [];
        let side = 0;
        for (let i = 0; i < draws; i++) {
          const point = capPoint(direction, height, inside, words);
          assert.ok(Math.abs(Math.hypot(...point) - 1) < 1e-12);
          const t = point.reduce((sum, value, j) => sum + value * direction[j], 0);
          assert.ok(inside ? t >= height - 1e-12 : t < height + 1e-12);
          heights.push(Math.max(-1, Math.min(1, t)));
          const along = other.reduce((sum, value, j) => sum + value * direction[j], 0);
          side += point.reduce((sum, value, j) => sum + value * (other[j] - along * direction[j]), 0);
        }
        assert.ok(Math.abs(side / draws) < 5 / Math.sqrt(draws));
        // Kolmogorov and Smirnov's test at 1e-4.
        heights.sort((a, b) => a - b);
        const q = capProbability(dimension, height);
        const above = (t: number) => (t >= 0 ? capProbability(dimension, t) : 1 - capProbability(dimension, -t));
        let gap = 0;
        heights.forEach((t, i) => {
          const exact = inside ? 1 - above(t) / q : (1 - above(t)) / (1 - q);
          gap = Math.max(gap, Math.abs(exact - i / draws), Math.abs(exact - (i + 1) / draws));
        });
        assert.ok(gap < 2.23 / Math.sqrt(draws), `dimension ${dimension}, height ${height}: ${gap}`);
      }
    }
  });
});

describe('PrivUnit', () => {
  it('and the Gaussian mechanism beside it have the expected cosines of the table in docs/privacy.md, to .01', () => {
    const page = readFileSync(new URL('../../docs/privacy.md', import.meta.url), 'utf8');
    const table = page.slice(page.indexOf('Expected cosine, d × eps0')).split('\n\n')[1].split('\n');
    const cells = (row: string): string[] => row.split('|').slice(1, -1);
    const budgets = cells(table[0])
      .slice(1)
      .map((cell) => Number(cell.replace('eps0 =', '')));
    assert.deepEqual(budgets, [1, 2, 4, 8, 16]);
    const rows = table.slice(2).filter((row) => row.startsWith('|'));
    assert.deepEqual(
      rows.map((row) => Number(cells(row)[0])),
      [2, 3, 4, 6, 8, 16, 32],
    );
    for (const row of rows) {
      const [dimension, ...cosines] = cells(row);
      cosines.forEach((cell, i) => {
        const [local, gaussian] = cell.split('/').map(Number);
        const at = `d ${dimension}, eps0 ${budgets[i]}`;
        const { expectedCosine } = privUnitParameters(Number(dimension), budgets[i]);
        assert.ok(Math.abs(expectedCosine - local) <= 0.0051, `${at}: PrivUnit ${expectedCosine}`);
        const sigma = 2 * gaussianNoiseMultiplier(budgets[i], 1e-6);
        const closed = gaussianCosine(Number(dimension), sigma);
        assert.ok(Math.abs(closed - gaussian) <= 0.0051, `${at}: Gaussian ${closed}`);
      });
    }
  });

  it('and the Gaussian mechanism reach the cosines that were designed for, to .01', () => {
    const designed: readonly (readonly [number, number, number, number?])[] = [
      [3, 1, 0.25],
      [3, 2, 0.46],
      [3, 4, 0.76],
      [3, 8, 0.96],
      [6, 4, 0.58],
      [8, 4, 0.51, 0.14],
      [8, 8, 0.79, 0.26],
      [8, 16, 0.96, 0.43],
      [16, 4, 0.37, 0.1],
      [16, 8, 0.62, 0.18],
      [16, 16, 0.86, 0.32],
      [32, 4, 0.27, 0.07],
      [32, 8, 0.46, 0.14],
      [32, 16, 0.7, 0.23],
    ];
    for (const [dimension, epsilon, local, gaussian] of designed) {
      const { expectedCosine } = privUnitParameters(dimension, epsilon);
      assert.ok(Math.abs(expectedCosine - local) <= 0.01, `d ${dimension}, eps0 ${epsilon}: ${expectedCosine}`);
      const closed = gaussianCosine(dimension, 2 * gaussianNoiseMultiplier(epsilon, 1e-6));
      assert.ok(Math.abs(closed - (gaussian ?? closed)) <= 0.01, `d ${dimension}, epsilon ${epsilon}: ${closed}`);
    }
  });

  it('the cosine of a direction in Gaussian noise, in closed form, is what is drawn', () => {
    const prng = new Prng('cosine');
    for (const [dimension, sigma] of [
      [2, 0.5],
      [8, 2],
      [32, 0.3],
    ]) {
      let mean = 0;
      const draws = 20_000;
      for (let draw = 0; draw < draws; draw++) {
        const noised = Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0) + sigma * prng.gaussian());
        mean += noised[0] / Math.hypot(...noised) / draws;
      }
      assert.ok(Math.abs(mean - gaussianCosine(dimension, sigma)) < 0.01, `d ${dimension}, sigma ${sigma}: ${mean}`);
    }
  });

  it('uses exactly eps0: the density on the cap over the density off it', () => {
    for (const dimension of [2, 3, 5, 16, 64]) {
      for (const epsilon0 of [0.1, 1, 4, 16, 40]) {
        const { height, probability, expectedCosine } = privUnitParameters(dimension, epsilon0);
        const q = capProbability(dimension, height);
        const ratio = Math.log(probability / q) - Math.log((1 - probability) / (1 - q));
        assert.ok(
          Math.abs(ratio - epsilon0) < 1e-6 * Math.max(1, epsilon0),
          `d ${dimension} eps0 ${epsilon0}: ${ratio}`,
        );
        // No other cap has a larger expected cosine.
        for (const shift of [0.97, 1.03]) {
          const h = Math.min(0.9999999, height * shift);
          const other = capProbability(dimension, h);
          const p = 1 / (1 + (Math.exp(-epsilon0) * (1 - other)) / other);
          const cosine = capMoment(dimension, h) * (p / other - (1 - p) / (1 - other));
          assert.ok(cosine <= expectedCosine * (1 + 1e-9));
        }
      }
    }
  });

  it('measured in bins of the sphere, no two inputs differ by more than eps0', () => {
    const parameters = privUnitParameters(2, 1.5);
    const draws = 60_000;
    const histogram = (angle: number) => {
      const source = seededRandom(`ldp ${angle}`);
      const counts = new Float64Array(12);
      // One source for all draws. Each call reads its own block.
      for (let i = 0; i < draws; i++) {
        const [x, y] = privUnitSample(parameters, Float32Array.of(Math.cos(angle), Math.sin(angle)), source);
        counts[Math.floor(((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * 12)] += 1;
      }
      return counts;
    };
    const [one, two] = [histogram(0.1), histogram(2.7)];
    let greatest = 0;
    one.forEach((count, bin) => (greatest = Math.max(greatest, Math.abs(Math.log(count / two[bin])))));
    assert.ok(greatest > 1.3 && greatest < 1.5 + 0.12, `measured ${greatest}`);
  });

  it('is unbiased for the direction, with the stated norm, whatever the length given', () => {
    for (const [dimension, epsilon0] of [
      [2, 2],
      [3, 4],
      [8, 4],
    ] as const) {
      const parameters = privUnitParameters(dimension, epsilon0);
      const source = seededRandom(`mean ${dimension}`);
      const truth = Float32Array.from({ length: dimension }, (_, i) => (i - 1.2) * 30);
      const norm = Math.hypot(...truth);
      const draws = 8000;
      const mean = new Float64Array(dimension);
      for (let i = 0; i < draws; i++) {
        const sample = privUnitSample(parameters, truth, source);
        assert.ok(Math.abs(Math.hypot(...sample) * parameters.expectedCosine - 1) < 1e-3);
        sample.forEach((value, j) => (mean[j] += value / draws));
      }
      const error = Math.hypot(...mean.map((value, j) => value - truth[j] / norm));
      assert.ok(error < (4 / parameters.expectedCosine) * Math.sqrt(1 / draws), `d ${dimension}: ${error}`);
    }
  });

  it('releases multiples of 2^-14 over the mean and nothing between: no low bits that would tell how a sample came about', () => {
    for (const [dimension, epsilon0] of [
      [2, 0.5],
      [3, 8],
      [8, 2],
      [32, 16],
    ]) {
      const parameters = privUnitParameters(dimension, epsilon0);
      const truth = Float32Array.from({ length: dimension }, (_, i) => Math.sin(i + 1));
      for (let draw = 0; draw < 200; draw++) {
        for (const value of privUnitSample(parameters, truth, seededRandom(`grid ${draw}`))) {
          const steps = Math.round(value * parameters.expectedCosine * 2 ** 14);
          assert.equal(value, Math.fround((steps * 2 ** -14) / parameters.expectedCosine));
        }
      }
    }
  });

  it('draws a person without a direction from everywhere', () => {
    const parameters = privUnitParameters(3, 4);
    const source = seededRandom('zero');
    for (const value of [0, Number.NaN, Infinity]) {
      const mean = [0, 0, 0];
      for (let i = 0; i < 2000; i++) {
        privUnitSample(parameters, new Float32Array(3).fill(value), source).forEach((v, j) => (mean[j] += v / 2000));
      }
      assert.ok(Math.hypot(...mean) < 0.15, `${value}: ${mean.join()}`);
    }
  });

  it('refuses parameters out of range', () => {
    const refused = (error: unknown) => error instanceof PrivacyError && error.code === 'PRIVACY_BAD_PARAMETER';
    for (const [dimension, epsilon0] of [
      [1, 1],
      [2.5, 1],
      [2000, 1],
      [3, 0],
      [3, -1],
      [3, 65],
      [3, Number.NaN],
    ]) {
      assert.throws(() => privUnitParameters(dimension, epsilon0), refused);
    }
    assert.throws(() => privUnitSample(privUnitParameters(3, 1), new Float32Array(2), seededRandom('x')), refused);
  });
});
