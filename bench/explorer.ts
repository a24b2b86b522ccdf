/**
 * Runs the explorer of charges and refunds (test/claims/explorer) as deep as time and memory allow. Every run prints the
 * number of states that it reached, and if these were all.
 */
import { ATTACKS } from '../test/claims/explorer/attacks.ts';
import { DEEP, SUITE } from '../test/claims/explorer/runs.ts';
import { explore } from '../test/claims/explorer/search.ts';
import type { Exploration, Model } from '../test/claims/explorer/search.ts';
import { count, flag, oneOf, readOptions, word } from './options.ts';

const flags = readOptions(
  {
    measures: 'Runs the explorer of charges and refunds (test/claims/explorer) as deep as time and memory allow.',
    examples: [
      'node --max-old-space-size=16000 --import=tsx bench/explorer.ts --runs deep --states 40000000',
      'node --import=tsx bench/explorer.ts --removed      each rule removed: the shortest way to a broken claim',
    ],
  },
  {
    runs: oneOf(['suite', 'deep'], 'the runs', 'deep'),
    removed: flag('removes each rule'),
    only: word('a part of the names of the runs, or of the rules', ''),
    states: count('that a run may reach', 40_000_000),
  },
);

let isAsExpected = true;
const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(flags.only);

function timed(name: string, model: Model): Exploration {
  const began = performance.now();
  const found = explore(model, { states: flags.states });
  const { states, depth, isComplete, violation } = found;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const extent = violation !== undefined ? 'broken' : isComplete ? 'complete' : 'bounded';
  console.log(`${name} | ${states} states | depth ${depth} | ${extent} | ${seconds} s`);
  return found;
}

if (flags.removed) {
  for (const { name, model, breaks } of ATTACKS.filter(isWanted)) {
    const { violation } = timed(name, model());
    isAsExpected &&= breaks === undefined ? violation === undefined : violation?.claim.startsWith(breaks) === true;
    if (violation === undefined) continue;
    console.log(`  ${violation.claim}, after ${violation.trace.length} moves`);
    if (flags.only !== '') for (const move of violation.trace) console.log(`    ${move}`);
  }
} else {
  for (const { name, model } of (flags.runs === 'suite' ? SUITE : DEEP).filter(isWanted)) {
    const { violation } = timed(name, model());
    if (violation === undefined) continue;
    isAsExpected = false;
    console.log(`  ${violation.claim}`);
    for (const move of violation.trace) console.log(`    ${move}`);
  }
}
process.exitCode = isAsExpected ? 0 : 1;
