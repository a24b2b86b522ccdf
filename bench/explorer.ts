/**
 * Runs the explorer of charges and refunds (test/claims/explorer) as deep as time and memory allow. Every run prints the
 * number of states that it reached, and if these were all.
 *
 *   node --max-old-space-size=16000 --import=tsx bench/explorer.ts [--runs suite|deep] [--only TEXT] [--states 40000000]
 *   node --import=tsx bench/explorer.ts --removed [--only TEXT]     each rule removed: the shortest way to a broken claim
 */
import { parseArgs } from 'node:util';
import { ATTACKS } from '../test/claims/explorer/attacks.ts';
import { DEEP, SUITE } from '../test/claims/explorer/runs.ts';
import { explore } from '../test/claims/explorer/search.ts';
import type { Exploration, Model } from '../test/claims/explorer/search.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: 'deep' },
    removed: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    states: { type: 'string', default: '40000000' },
  },
});

let isAsExpected = true;
const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(flags.only);

function timed(name: string, model: Model): Exploration {
  const began = performance.now();
  const found = explore(model, { states: Number(flags.states) });
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
