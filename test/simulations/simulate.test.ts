import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrialLedgers } from '../../simulations/ledgers.ts';
import { DEFAULT_OPTIONS, variants } from '../../simulations/options.ts';
import type { SimulationOptions } from '../../simulations/options.ts';
import { formatTable, resultsTable } from '../../simulations/report/table.ts';
import { resultsSchema } from '../../simulations/results.ts';
import { simulate } from '../../simulations/simulate.ts';

describe('simulate', function () {
  this.timeout(120_000);
  let out: string;
  before(() => {
    out = mkdtempSync(join(tmpdir(), 'isthmus-simulate-'));
  });
  after(() => rmSync(out, { recursive: true }));

  const run = (options: Partial<SimulationOptions>): ReturnType<typeof simulate> =>
    simulate(
      { ...DEFAULT_OPTIONS, out, inProcess: true, persons: 250, items: 150, rounds: 1, ...options },
      { version: 'test', signal: new AbortController().signal, onEvent: () => undefined },
    );
  it('ends with every reference row, the claims, a report, and nothing of the persons', async () => {
    const { results, folder } = await run({ strategies: ['private-subspace', 'shared-trunk'] });
    resultsSchema.parse(JSON.parse(readFileSync(folder.results, 'utf8')));
    const methods = new Set(results.rows.map(({ method }) => method));
    for (const method of ['random', 'popularity', 'prior', 'prior-count', 'local-only', 'ceiling', 'true-preference']) {
      assert.ok(methods.has(method), `no row for ${method}`);
    }
    const random = results.rows.find(
      ({ method, metric, negatives, group }) =>
        method === 'random' && metric === 'HR@10' && negatives === 'uniform' && group === 'all',
    );
    assert.ok(Math.abs(random!.mean - 0.1) < 0.05, `random is ${random!.mean}`);
    assert.match(formatTable(resultsTable(results)), /private-subspace \(raw, eps 4\)/);
    assert.deepEqual(
      results.rounds.map(({ round, outcome }) => [round, outcome]),
      [[1, 'completed']],
    );
    const trunk = results.privacy.find(({ strategy }) => strategy === 'shared-trunk');
    assert.deepEqual(
      trunk!.claims.map(({ id, holds }) => [id, holds]),
      [
        ['C1', true],
        ['C2', true],
        ['C3', true],
        ['C4', true],
      ],
    );
    assert.ok(results.notes.includes('simulation: seeded noise, not a release'));
    const files = ['config.json', 'ledger.json', 'log.jsonl', 'report.html', 'results.json'];
    assert.deepEqual(readdirSync(folder.path).sort(), files);
    const kept = JSON.parse(readFileSync(join(folder.path, 'ledger.json'), 'utf8')) as TrialLedgers[];
    assert.deepEqual(
      kept.map(({ strategy, ledgers }) => [strategy, ...ledgers.map(({ platform, intact }) => [platform, intact])]),
      ['private-subspace', 'shared-trunk'].map((name) => [
        name,
        ...[null, 'films', 'books', 'music'].map((platform) => [platform, true]),
      ]),
    );
    const ofRounds = kept[1].ledgers.map(({ entries }) =>
      entries.filter(({ charge }) => charge.scope === 'federation'),
    );
    assert.deepEqual(
      ofRounds.map((entries) => entries.length),
      [1, 1, 1, 1],
      'both sides charge the round',
    );
    assert.ok(kept[1].ledgers[1].spent! > 0 && kept[1].ledgers[1].spent! <= 4);
    assert.match(readFileSync(folder.report, 'utf8'), /<svg/);
  });

  it('gives the same table for the same seed, over processes and in process, whenever messages come', async () => {
    const options = {
      strategies: ['private-subspace'],
      platforms: ['films', 'books'],
      releases: ['ldp'] as const,
      epsilon0s: [4],
    };
    const [inside, again, processes] = [
      await run(options),
      await run(options),
      await run({ ...options, inProcess: false }),
    ];
    assert.deepEqual(again.results.rows, inside.results.rows);
    assert.deepEqual(processes.results.rows, inside.results.rows);
  });

  it('gives the same table for the same seed with rounds and cohorts, over processes and in process', async () => {
    const options = { strategies: ['shared-trunk'], releases: ['cohort'] as const, epsilon0s: [4] };
    const inside = await run(options);
    const processes = await run({ ...options, inProcess: false });
    assert.deepEqual(processes.results.rows, inside.results.rows);
  });

  it('claims nothing, loudly, without privacy', async () => {
    const { results } = await run({ strategies: ['private-subspace'], epsilons: [], noPrivacy: true });
    assert.deepEqual(
      results.privacy.map(({ epsilon, claims }) => [
        epsilon,
        claims.filter(({ id, holds }) => holds && id !== 'C3').length,
      ]),
      [[null, 0]],
    );
    assert.ok(results.notes.some((note) => note.includes('NO PRIVACY')));
    assert.ok(results.rows.every(({ epsilon }) => epsilon === null));
  });

  it('refuses rounds with two platforms, and options out of range, before anything runs', async () => {
    await assert.rejects(run({ strategies: ['shared-trunk'], platforms: ['films', 'books'] }), /at least 3/);
    await assert.rejects(run({ seeds: 0 }), /--seeds must be a whole number from 1/);
    await assert.rejects(run({ strategies: ['magic'] }), /--strategy: there is no "magic", but linear-bridge/);
    await assert.rejects(run({ releases: ['loud' as 'raw'] }), /--release: there is no "loud", but raw/);
    await assert.rejects(run({ releases: ['ldp'], epsilon0s: [] }), /--epsilon0 names no epsilon/);
    await assert.rejects(run({ strategies: ['linear-bridge'], out: join(import.meta.filename, 'runs') }), {
      code: 'SIMULATION_OUT_UNWRITABLE',
    });
    await assert.rejects(
      run({ strategies: ['linear-bridge', 'linear-bridge'] }),
      /--strategy names linear-bridge twice/,
    );
    await assert.rejects(run({ epsilons: [4, 1, 4] }), /--epsilon names 4 twice/);
    await assert.rejects(run({ target: 'radio' }), /radio is no platform of this world/);
  });

  it('names the targets of the published split when asked for another', async () => {
    const data = join(out, 'published');
    for (const folder of ['game_video', 'video_game']) {
      mkdirSync(join(data, folder), { recursive: true });
      writeFileSync(join(data, folder, 'train.txt'), '1\t1\n2\t2\n');
      for (const file of ['valid.txt', 'test.txt']) writeFileSync(join(data, folder, file), '');
    }
    const asked = { strategies: ['linear-bridge'], protocol: 'published:game-video', data, target: 'radio' } as const;
    await assert.rejects(run(asked), {
      code: 'SIMULATION_OPTION',
      message: 'radio is no target of the published split, which has game, video',
    });
  });

  it('runs a strategy that promises nothing once, whatever the epsilons', () => {
    const asked = variants({ ...DEFAULT_OPTIONS, strategies: ['linear-bridge', 'private-subspace'], epsilons: [1, 4] });
    assert.deepEqual(
      asked.map(({ strategy, epsilon }) => [strategy, epsilon]),
      [
        ['linear-bridge', null],
        ['private-subspace', 1],
        ['private-subspace', 4],
      ],
    );
  });
});
