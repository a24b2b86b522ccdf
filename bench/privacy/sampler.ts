/** Measures the speed of the discrete Gaussian sampler. Medians of five runs. */
import { randomBytes } from 'node:crypto';
import { DiscreteGaussian, varianceAtLeast } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import { readOptions } from '../options.ts';

readOptions(
  {
    measures: 'Measures the speed of the discrete Gaussian sampler: medians of five runs.',
    examples: ['npx tsx bench/privacy/sampler.ts'],
  },
  {},
);

const random = { bytes: (length: number) => randomBytes(length) };
const samples = 400_000;

function million(sigma: number, exactOnly: boolean): number {
  const count = exactOnly ? samples / 20 : samples;
  const rates = Array.from({ length: 5 }, () => {
    const sampler = new DiscreteGaussian(varianceAtLeast(sigma), random, exactOnly);
    const out = new Float64Array(count);
    const begin = performance.now();
    sampler.addTo(out);
    return count / (performance.now() - begin) / 1000;
  });
  return rates.sort((a, b) => a - b)[2];
}

console.log('sigma\tM samples/s\tM samples/s, exact integers only');
for (const sigma of [0.5, 1, 3, 64, 1000, 2 ** 20, 2 ** 35]) {
  console.log(`${sigma}\t${million(sigma, false).toFixed(2)}\t${million(sigma, true).toFixed(3)}`);
}
