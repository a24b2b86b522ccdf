import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { experimentConfig, parseConfigText } from '../../simulations/experiment/config.ts';
import type { ExperimentInput } from '../../simulations/experiment/config.ts';
import { grid } from '../../simulations/experiment/grid.ts';
import { experimentReport } from '../../simulations/experiment/report.ts';
import { createExperiment, runExperiment } from '../../simulations/experiment/run.ts';
import type { ExperimentEvent, ExperimentOutcome } from '../../simulations/experiment/run.ts';
import { escape } from '../../simulations/report/html.ts';
import { COMMAND } from '../e2e/isthmus.ts';
import { longIt } from '../longer.ts';

const TINY: ExperimentInput = {
  platforms: ['films', 'books'],
  persons: 150,
  items: 150,
  seeds: 1,
  epsilon: [4, 'none'],
  epsilon0: [2],
  release: ['ldp'],
};

const run = (
  folder: string,
  onEvent: (event: ExperimentEvent) => void = () => undefined,
  workers = 2,
): Promise<ExperimentOutcome> =>
  runExperiment(folder, { version: 'test', workers, signal: new AbortController().signal, onEvent });

/** Every measured row, in whatever order the trials ended. */
function rowsIn(folder: string): unknown[] {
  const database = new Libsql(join(folder, 'results.db'));
  try {
    return database
      .prepare('SELECT * FROM measurements ORDER BY trial, method, negatives, twins, activity, metric')
      .all();
  } finally {
    database.close();
  }
}

/** Rows in the target's data of everybody who was measured. */
function personsIn(folder: string): number[] {
  const database = new Libsql(join(folder, 'results.db'));
  try {
    return (database.prepare('SELECT person FROM persons').all() as { person: number }[]).map(({ person }) => person);
  } finally {
    database.close();
  }
}

describe('privacy experiment', function () {
  this.timeout(180_000);
  let place = '';
  before(async () => (place = await mkdtemp(join(tmpdir(), 'isthmus-experiment-'))));
  after(() => rm(place, { recursive: true, force: true }));

  longIt('goes on where a killed run stopped, and gives the rows of a run that was not killed', async () => {
    const whole = join(place, 'whole');
    await createExperiment(whole, experimentConfig(TINY), 'test');
    const { summary, report } = await run(whole);
    assert.deepEqual(summary.failures, []);
    assert.equal(summary.trials, 2);
    assert.equal(summary.frontier.length, 2 * 2);
    assert.ok(summary.references.some(({ method }) => method === 'ceiling'));
    assert.ok(summary.audits.every(({ proven, measured }) => proven === null || measured <= proven));
    const html = readFileSync(report, 'utf8');
    for (const part of [
      'Privacy-utility frontier',
      'Epsilon against colluders',
      'Measured beside proven',
      'not the trials above',
      'What is claimed',
      'To repeat it',
    ]) {
      assert.ok(html.includes(part), part);
    }
    for (const { claims } of summary.privacy)
      for (const { text } of claims) assert.ok(html.includes(escape(text)), text);
    const costs = ['Cost of each round', 'Epsilon spent by round'];
    assert.ok(costs.every((part) => !html.includes(part)));
    const round = { strategy: 'shared-trunk', release: 'raw', epsilon: 4, round: 1, milliseconds: 70, epsilonSpent: 3 };
    const withRounds = await experimentReport({ ...summary, rounds: [round, { ...round, round: 2 }] });
    assert.ok(costs.every((part) => withRounds.includes(part)));
    assert.doesNotMatch(html, /<(script|link|img)|https?:\/\/(?!www\.w3\.org)/, 'nothing is fetched');

    const killed = join(place, 'killed');
    await writeFile(join(place, 'experiment.yaml'), JSON.stringify(TINY));
    await killAfterFirstTrial(['--config', join(place, 'experiment.yaml'), '--out', killed, '--workers', '1']);
    const kept = rowsIn(killed);
    assert.ok(kept.length > 0 && kept.length < rowsIn(whole).length, 'it was killed on the way');
    const started: string[] = [];
    let before = 0;
    const resumed = await run(killed, (event) => {
      if (event.kind === 'grid') before = event.done;
      if (event.kind === 'started') started.push(event.trial);
    });
    assert.ok(before >= 1 && before + started.length === 2, `${before} kept, ${started.length} run`);
    assert.deepEqual(resumed.summary.failures, []);
    assert.deepEqual(rowsIn(killed), rowsIn(whole));
    assert.ok(!readdirSync(killed).includes('work'));
  });

  it('keeps what ended when it is stopped, and leaves no process behind', async () => {
    const folder = join(place, 'stopped');
    await createExperiment(folder, experimentConfig({ ...TINY, release: ['none'] }), 'test');
    const stop = new AbortController();
    const stopped = runExperiment(folder, {
      version: 'test',
      workers: 1,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'ended') stop.abort();
      },
    });
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.ok(rowsIn(folder).length > 0);
    assert.deepEqual(
      readdirSync(folder).sort(),
      ['config.json', 'results.db'],
      'no rows or keys of persons stay behind',
    );
  });

  it('records a trial that cannot be run, and goes on', async () => {
    const folder = join(place, 'failing');
    // A plan refuses a masked sum of two platforms, one of which colludes.
    const strategy = ['shared-trunk', 'private-subspace'];
    const config = experimentConfig({ ...TINY, epsilon: [4], release: ['none'], strategy });
    await createExperiment(folder, config, 'test');
    const { summary } = await run(folder, undefined, 1);
    assert.equal(summary.trials, 1);
    assert.deepEqual(
      summary.failures.map(({ trial, code }) => [trial, code]),
      [[grid(config)[0].trial, 'PRIVACY_PLAN_REFUSED']],
    );
    // The failed trial was the one that should have measured the references.
    assert.ok(summary.references.some(({ method }) => method === 'popularity'));
    assert.ok(summary.frontier.length > 0);
    for (const { chosen, gain, heldOut, hindsight, quality } of summary.frontier) {
      assert.ok(quality.low < quality.mean && quality.mean < quality.high, 'one seed has an interval over persons');
      assert.ok(gain !== null && gain.low <= gain.mean && gain.mean <= gain.high && !gain.claimed);
      assert.ok(quality.persons > 5 && gain.persons === quality.persons && gain.seeds === 1);
      assert.deepEqual([chosen, hindsight], [heldOut !== null, true], 'it has no rival');
    }
    assert.ok(personsIn(folder).every((number) => number >= 0 && number < 150));
  });

  it('describes a grid whose trials have names of their own', () => {
    const config = experimentConfig({ seeds: 2, overlap: [0.5, 1] });
    const names = grid(config).map(({ trial }) => trial);
    assert.equal(new Set(names).size, names.length);
    // 5 budgets x (raw, none, and two local modes at 5 eps0s) x 2 overlaps x 2 seeds.
    assert.equal(names.length, 5 * 12 * 2 * 2);
    assert.equal(grid(config).filter(({ withReferences }) => withReferences).length, 4);
  });

  it('says what is wrong with a description', () => {
    const refused = { code: 'SIMULATION_OPTION' };
    assert.throws(() => experimentConfig({ epsilons: [1] }), refused);
    assert.throws(() => experimentConfig({ epsilon: [-1] }), refused);
    assert.throws(() => experimentConfig({ strategy: ['unheard-of'] }), refused);
    assert.throws(() => parseConfigText('epsilon: [1', 'x.yaml'), refused);
    assert.throws(() => parseConfigText('- 1', 'x.yaml'), refused);
    assert.deepEqual(experimentConfig(parseConfigText('epsilon: [1, none]', 'x.yaml')).epsilon, [1, null]);
  });
});

function killAfterFirstTrial(args: readonly string[]): Promise<void> {
  const [command, ...first] = COMMAND;
  const child = spawn(command, [...first, 'experiment', 'privacy', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (/^\[1\/2\]/m.test(told)) child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`ended with ${String(code)}: ${told}`));
    });
  });
}
