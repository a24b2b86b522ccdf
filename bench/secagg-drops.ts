/**
 * Every way in which each of n platforms may drop at any of five stages or never: 6^n sessions, each an exact sum or a clean
 * typed end. test/secagg/rounds.test.ts runs n = 3 and the uniform subsets of 4 and 5.
 *
 *   npx tsx bench/secagg-drops.ts [n]
 */
import { checkDrops, STAGES } from '../test/secagg/drops.ts';

const n = Number(process.argv[2] ?? 5);
const ways = STAGES.length + 1;
for (let world = 0; world < ways ** n; world++) {
  checkDrops(Array.from({ length: n }, (_, i) => Math.floor(world / ways ** i) % ways));
}
console.log(`${ways ** n} sessions of ${n} platforms: each ended as it must`);
