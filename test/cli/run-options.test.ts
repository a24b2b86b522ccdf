import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { givenOptions, withRunOptions } from '../../cli/run-options.ts';
import { withOptionsTable } from '../../docs/generated-options.ts';
import { experimentOptions } from '../../simulations/experiment/config.ts';
import { runOptions, simulationOptions } from '../../simulations/options.ts';
import { ROOT } from '../e2e/isthmus.ts';

/** The options that a person gave, as commander and the schemas read them. */
function given(words: string): Record<string, unknown> {
  const command = withRunOptions(new Command('run').exitOverride(), runOptions).configureOutput({
    writeErr: () => undefined,
  });
  return givenOptions(command.parse(words.split(' '), { from: 'user' }).opts(), runOptions);
}

describe('Flags made from the schemas of a run', () => {
  it('hold what was given, and nothing else', () => {
    assert.deepEqual(given('--seeds 3 --epsilon 1,none --platforms 7,films --in-process'), {
      seeds: 3,
      epsilon: [1, null],
      platforms: ['7', 'films'],
      inProcess: true,
    });
    assert.deepEqual(given('--set rank=8 --set kind=plain'), { settings: { rank: 8, kind: 'plain' } });
  });

  it('come to the defaults of the schema where nothing was given', () => {
    const usual = simulationOptions({});
    assert.deepEqual(simulationOptions(given('--seeds 1')), usual);
    assert.deepEqual([usual.epsilon, usual.data, usual.seeds], [[4], null, 1]);
  });

  for (const [words, text] of [
    ['--seeds 0', /must be a whole number from 1 to 1000, not 0/],
    ['--seeds 1.5', /must be a whole number from 1 to 1000, not 1\.5/],
    ['--seeds NaN', /must be a whole number/],
    ['--epsilon 0', /must be above 0 and at most 100, not 0/],
    ['--epsilon 4,4', /names 4 twice/],
    ['--epsilon ,', /names no epsilon/],
    ['--epsilon0 101', /must be above 0 and at most 100, not 101/],
    ['--release loud', /names "loud", which is none of raw, ldp, cohort, none/],
    ['--sampling 1', /must be from 0\.01 to below 1, not 1/],
    ['--delta 0.5', /must be above 0 and at most 0\.01/],
  ] as const) {
    it(`refuse ${words} beside the flag`, () => assert.throws(() => given(words), text));
  }

  it('stand in docs/experiments.md as the schemas have them', () => {
    const page = readFileSync(join(ROOT, 'docs', 'experiments.md'), 'utf8');
    assert.equal(page, withOptionsTable(page), 'run: npx tsx docs/write-options.ts');
    for (const key of Object.keys(experimentOptions)) assert.ok(page.includes(`| \`${key}\` |`), key);
  });
});
