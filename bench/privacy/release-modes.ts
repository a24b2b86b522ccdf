/**
 * Measures how much of a direction a code keeps: the expected cosine of PrivUnit, of the Gaussian mechanism at delta =
 * 1e-6 (which most papers release; here only for comparison) and of cohorts.
 */
import { gaussianNoiseMultiplier } from '../../core/accounting/gaussian-exact.ts';
import { truthProbability } from '../../core/release/cohort.ts';
import { privUnitParameters } from '../../core/release/privunit.ts';
import { Prng } from '../../core/random/prng.ts';
import { readOptions } from '../options.ts';

readOptions(
  {
    measures:
      'Measures how much of a direction a code keeps: the expected cosine of PrivUnit, of the Gaussian mechanism and of cohorts.',
    examples: ['npx tsx bench/privacy/release-modes.ts'],
  },
  {},
);

const budgets = [1, 2, 4, 8, 16];
const prng = new Prng('cosines');

/** Mean cosine of u and u + noise, |u| = 1; sensitivity 2 (one person's direction is replaced). */
function gaussianCosine(dimension: number, epsilon: number): number {
  const sigma = 2 * gaussianNoiseMultiplier(epsilon, 1e-6);
  const draws = 20_000;
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    let square = 0;
    let along = 0;
    for (let i = 0; i < dimension; i++) {
      const value = (i === 0 ? 1 : 0) + sigma * prng.gaussian();
      if (i === 0) along = value;
      square += value * value;
    }
    sum += along / Math.sqrt(square);
  }
  return sum / draws;
}

console.log(`expected cosine, PrivUnit / Gaussian\nd\t${budgets.map((e) => `eps0=${e}`).join('\t\t')}`);
for (const d of [2, 3, 4, 6, 8, 16, 32]) {
  const row = budgets.map(
    (e) => `${privUnitParameters(d, e).expectedCosine.toFixed(3)} / ${gaussianCosine(d, e).toFixed(3)}`,
  );
  console.log(`${d}\t${row.join('\t')}`);
}
console.log(`\nright cohort\nK\t${budgets.map((e) => `eps0=${e}`).join('\t')}`);
for (const k of [4, 8, 16, 32])
  console.log(`${k}\t${budgets.map((e) => truthProbability(k, e).toFixed(3)).join('\t')}`);
