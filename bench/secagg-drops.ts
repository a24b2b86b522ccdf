/**
 * Runs all 6^n sessions in which each of n platforms drops at one of five stages or never. Each must give the exact sum
 * or end with a typed error. test/secagg/rounds.test.ts runs n = 3 and the uniform subsets of 4 and 5.
 */
import { checkDrops, STAGES } from '../test/secagg/drops.ts';
import { count, readOptions } from './options.ts';

const { n } = readOptions(
  {
    measures: 'Runs all 6^n sessions in which each of n platforms drops at one of five stages or never.',
    examples: ['npx tsx bench/secagg-drops.ts --n 4'],
  },
  { n: count('platforms', 5, 3) },
);
const ways = STAGES.length + 1;
for (let world = 0; world < ways ** n; world++) {
  checkDrops(Array.from({ length: n }, (_, i) => Math.floor(world / ways ** i) % ways));
}
console.log(`${ways ** n} sessions of ${n} platforms: each ended as it must`);
