/**
 * Plants each bug of test/claims/plants in a copy of the working tree, runs the one test that its row of docs/privacy.md names,
 * and shows that it fails with the bug and passes without.
 */
import { NOTICED } from '../test/claims/plants/noticed.ts';
import { PlantedCopy } from '../test/claims/plants/planted-copy.ts';
import type { Ran } from '../test/claims/plants/planted-copy.ts';
import { PLANTS } from '../test/claims/plants/table.ts';
import { flag, maybe, readOptions, word } from './options.ts';

const flags = readOptions(
  {
    measures:
      'Plants each bug of test/claims/plants in a copy of the working tree, and shows that its test fails with it and passes without.',
    examples: ['npm run test:plants -- --only noise'],
  },
  {
    only: word('a part of the names of the bugs, or the name of a sentence', ''),
    after: maybe(word('continues a run that was stopped, behind the bug of this id', '')),
    clean: flag('also checks types and lint of the copy with all bugs in it at once: no bug may be found that way'),
  },
);
/** Generous, because other programs may slow a test down. Alone no test takes more than 20 s. */
const LIMIT_SECONDS = 120;

const begin = PLANTS.findIndex(({ id }) => id === flags.after) + 1;
const chosen = PLANTS.slice(begin).filter(({ id, breaks }) => id.includes(flags.only) || breaks === flags.only);
const copy = new PlantedCopy();
const missed: string[] = [];
try {
  const without = new Map<string, Ran>();
  console.log('| sentence | planted bug | test | without | with | s |\n|---|---|---|---|---|---|');
  for (const plant of chosen) {
    const test = NOTICED[plant.id];
    const name = `${test.file} ${test.title}`;
    const clean = without.get(name) ?? (await copy.run([test], undefined, LIMIT_SECONDS));
    without.set(name, clean);
    const planted = await copy.run([test], plant, LIMIT_SECONDS);
    const cells = [plant.breaks, plant.id, name, clean.outcome, planted.outcome, planted.seconds.toFixed(1)];
    console.log(`| ${cells.join(' | ')} |`);
    if (clean.outcome === 'passed' && planted.outcome === 'failed') continue;
    missed.push(plant.id);
    console.log(`${clean.text}${planted.text}`);
  }
  console.log(
    `${chosen.length - missed.length} of ${chosen.length} noticed${missed.length > 0 ? `; not: ${missed.join(', ')}` : ''}`,
  );
  if (flags.clean) {
    for (const plant of PLANTS) copy.plant(plant);
    copy.execute('tsc', ['--noEmit']);
    copy.execute('eslint', [...new Set(PLANTS.map(({ file }) => file))]);
    console.log('types and lint are clean with all of them in place');
  }
} finally {
  copy.remove();
}
process.exitCode = missed.length === 0 ? 0 : 1;
