import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrialLedgers } from '../../simulations/ledgers.ts';
import type { SeedRow } from '../../core/evaluation/results.ts';
import { baselines } from '../../core/transfer/baselines/registry.ts';
import type { SimulationEvent } from '../../simulations/events.ts';
import { baselineRows, referenceRows } from '../../simulations/central.ts';
import { simulationOptions } from '../../simulations/options.ts';
import { variants } from '../../simulations/variants.ts';
import type { SimulationInput } from '../../simulations/options.ts';
import { familiesOf, familyColumns } from '../../simulations/report/families.ts';
import { formatTable, resultsTables } from '../../simulations/report/table.ts';
import { charts } from '../../simulations/report/charts.ts';
import { resultsSchema } from '../../simulations/results.ts';
import type { Results } from '../../simulations/results.ts';
import { openDirections } from '../../simulations/settings.ts';
import { simulate } from '../../simulations/simulate.ts';
import { writeDataFiles, writeFederationFiles } from '../../simulations/trial-files.ts';
import { runTrial } from '../../simulations/trial.ts';
import { longIt } from '../longer.ts';

describe('simulate', function () {
  this.timeout(120_000);
  let out: string;
  before(() => {
    out = mkdtempSync(join(tmpdir(), 'isthmus-simulate-'));
  });
  after(() => rmSync(out, { recursive: true }));

  const SMALL = simulationOptions({ inProcess: true, persons: 250, items: 150, rounds: 1 });
  const run = (
    options: SimulationInput,
    onEvent: (event: SimulationEvent) => void = () => undefined,
  ): ReturnType<typeof simulate> =>
    simulate({ ...SMALL, out, ...options }, { version: 'test', signal: new AbortController().signal, onEvent });
  let both: ReturnType<typeof simulate> | undefined;
  /** The first test that needs it makes it. */
  const privateAndTrunk = (): ReturnType<typeof simulate> =>
    (both ??= run({ strategy: ['private-subspace', 'shared-trunk'] }));

  it('measures decoders and each mechanism switched off on the releases of one federation; held-out persons choose', async () => {
    const decoder = ['memory', 'ridge'];
    const { results } = await run({ strategy: ['private-subspace'], decoder, persons: 150, seeds: 1, ablate: true });
    const own = results.rows.filter(({ metric, group, epsilon }) => metric === 'NDCG@10' && group === 'all' && epsilon);
    const methods = [...new Set(own.map(({ method }) => method))];
    const off = (name: string): string[] => ['readout', 'space', 'guard'].map((part) => `${name}~${part}`);
    assert.deepEqual(methods, [
      'private-subspace',
      ...[...off('memory'), 'ridge', ...off('ridge')].map((name) => `private-subspace / ${name}`),
      'private-subspace~subspace',
      'private-subspace~subspace / ridge',
    ]);
    assert.equal(results.privacy.length, 2, 'one federation for all decoders, and one without the iteration');
    const means = methods.map((method) => own.filter((row) => row.method === method).map(({ mean }) => mean));
    assert.notDeepEqual(means[0], means[methods.indexOf('private-subspace / ridge')]);

    const [{ target }] = results.world.directions;
    const lines = familiesOf(results, target).flatMap((family) => family.lines.map(({ method }) => method.trim()));
    const at = lines.indexOf('private-subspace');
    assert.deepEqual(lines.slice(at + 1, at + 4), ['without readout', 'without space', 'without subspace']);
    assert.ok(familyColumns(results).includes('no guard'));
    assert.equal(results.choices.length, methods.length);
    const chosen = results.choices.filter((one) => one.chosen);
    assert.ok(chosen.length === 1 && !chosen[0].method.includes('~'), JSON.stringify(chosen));
  });

  it('ends with every reference row, the claims, a report, and nothing of the persons', async () => {
    const { results, folder } = await privateAndTrunk();
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
    assert.match(resultsTables(results).map(formatTable).join('\n'), /private-subspace \(raw, eps 4\)/);
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
      entries.filter(({ charge }) => charge?.scope === 'federation'),
    );
    assert.deepEqual(
      ofRounds.map((entries) => entries.length),
      [1, 1, 1, 1],
      'both sides charge the round',
    );
    assert.ok(kept[1].ledgers[1].spent! > 0 && kept[1].ledgers[1].spent! <= 4);
    assert.match(readFileSync(folder.report, 'utf8'), /<svg/);
  });

  it('gives the same table for the same seed', async () => {
    const options: SimulationInput = {
      strategy: ['private-subspace'],
      platforms: ['films', 'books'],
      release: ['ldp'],
      epsilon0: [4],
    };
    assert.deepEqual((await run(options)).results.rows, (await run(options)).results.rows);
  });

  longIt('gives the same table over processes as in process, whenever messages come', async () => {
    const options: SimulationInput = { strategy: ['shared-trunk'], release: ['cohort'], epsilon0: [4] };
    const inside = await run(options);
    const told: SimulationEvent[] = [];
    const processes = await run({ ...options, inProcess: false }, (event) => told.push(event));
    assert.deepEqual(processes.results.rows, inside.results.rows);
    assert.equal(processes.results.timing['factorisations'], inside.results.timing['factorisations']);
    const place = (kind: SimulationEvent['kind']): number => told.findIndex((event) => event.kind === kind);
    assert.ok(place('trial-started') < place('references-ended'), 'reference rows are measured beside the trials');
    const progress = told.flatMap((event) => (event.kind === 'references-progress' ? [event.fraction] : []));
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    assert.ok(progress.length > 7 && progress[progress.length - 1] === 1);
  });

  it('factorises each domain once for all strategies and reference rows', async () => {
    const { results } = await run({ strategy: ['linear-bridge', 'private-subspace'] });
    // Two sources; the target, its part without persons held out by decoders, without those held out by the ceiling, and what
    // the ceiling's own bridge holds out of both of these.
    assert.equal(results.timing['factorisations'], 7);
  });

  it('keeps what had ended when it is stopped, and says that it is not all', async () => {
    const stop = new AbortController();
    const told: SimulationEvent[] = [];
    const onEvent = (event: SimulationEvent): void => {
      told.push(event);
      if (event.kind === 'trial-ended') stop.abort();
    };
    const asked = { ...SMALL, out, seeds: 2, strategy: ['linear-bridge'] };
    await assert.rejects(simulate(asked, { version: 'test', signal: stop.signal, onEvent }), { name: 'AbortError' });
    const [kept] = told.filter((event) => event.kind === 'kept');
    assert.deepEqual([kept.ended, kept.of], [1, 2]);
    const results = resultsSchema.parse(JSON.parse(readFileSync(join(kept.folder, 'results.json'), 'utf8')));
    assert.deepEqual(results.trials, { ended: 1, of: 2 });
    assert.ok(results.notes.includes('INCOMPLETE: 1 of 2 trials had ended when the run was stopped or failed'));
    assert.ok(results.rows.length > 0 && results.rows.every(({ seeds }) => seeds === 1));
    const files = ['config.json', 'ledger.json', 'log.jsonl', 'report.html', 'results.json'];
    assert.deepEqual(readdirSync(kept.folder).sort(), files);
  });

  it('has every reference row whatever is released, about the same sources as the strategies', async () => {
    const { results } = await run({ strategy: ['linear-bridge'], release: ['none', 'raw'] });
    const whole = results.rows.filter(({ metric, group }) => metric === 'NDCG@10' && group === 'all');
    const methods = new Set(whole.map(({ method, release }) => `${method} ${release}`));
    for (const { name } of baselines) assert.ok(methods.has(`${name} none`), name);
    assert.ok(methods.has('linear-bridge none') && methods.has('linear-bridge raw'));
    assert.deepEqual(new Set(whole.map(({ sources }) => sources.join())), new Set(['films,books']));
  });

  it('measures reference rows in one place as the target measures its own: gains over them are paired', async () => {
    const options = { ...SMALL, out, strategy: ['linear-bridge'] };
    const [direction] = await openDirections(options);
    const world = direction.at('1');
    const folder = join(out, 'paired');
    const files = await writeDataFiles(world, folder);
    const [variant] = variants(options);
    const federation = await writeFederationFiles(world, variant, options, join(folder, 'federation'));
    const signal = new AbortController().signal;
    const outcome = await runTrial({
      ...{ world, data: files, federation, options, signal },
      logFile: join(folder, 'log.jsonl'),
      onEvent: () => undefined,
    });
    const { rows: central } = await referenceRows(world, files, options, {
      truth: undefined,
      signal,
      baselines: baselineRows,
    });
    const figures = (rows: readonly SeedRow[]): unknown[] =>
      rows
        .filter(({ method }) => ['popularity', 'prior-count'].includes(method))
        .map(({ method, negatives, group, metric, mean, n }) => [method, negatives, group, metric, mean, n]);
    assert.ok(figures(central).length > 20);
    assert.deepEqual(figures(outcome.evaluation.rows), figures(central));
  });

  it('says how many platforms a round may lose', async () => {
    const { results } = await privateAndTrunk();
    assert.deepEqual(
      results.notes.filter((note) => note.includes('may be lost')),
      [
        'shared-trunk: n = 3, t = 3, t_noise = 3: no platform may be lost in a round: an attempt that loses one fails and is repeated',
      ],
    );
  });

  it('sets a table and its pictures for every target', async () => {
    const { results } = await privateAndTrunk();
    const [direction] = results.world.directions;
    const elsewhere = results.rows.map((row) => ({ ...row, target: 'radio', mean: row.mean / 2 }));
    const twice: Results = {
      ...results,
      rows: [...results.rows, ...elsewhere],
      world: { ...results.world, directions: [direction, { ...direction, target: 'radio' }] },
    };
    const [music, radio] = resultsTables(twice);
    assert.deepEqual([music.target, radio.target], ['music', 'radio']);
    assert.deepEqual(music, resultsTables(results)[0]);
    assert.notDeepEqual(radio.lines, music.lines);
    const titles = (await charts(twice)).map(({ title }) => title).filter((title) => title.startsWith('Quality'));
    assert.deepEqual(titles, ['Quality by method, target music', 'Quality by method, target radio']);
  });

  longIt('claims nothing, loudly, without privacy', async () => {
    const { results } = await run({ strategy: ['private-subspace'], epsilon: [null] });
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
    await assert.rejects(run({ strategy: ['shared-trunk'], platforms: ['films', 'books'] }), /at least 3/);
    await assert.rejects(run({ seeds: 0 }), /--seeds must be a whole number from 1/);
    await assert.rejects(run({ strategy: ['magic'] }), /--strategy names "magic", which is none of linear-bridge, /);
    await assert.rejects(run({ release: ['loud'] }), /--release names "loud", which is none of raw, /);
    await assert.rejects(run({ release: ['ldp'], epsilon0: [] }), /--epsilon0 names no epsilon/);
    await assert.rejects(run({ strategy: ['linear-bridge'], out: join(import.meta.filename, 'runs') }), {
      code: 'SIMULATION_OUT_UNWRITABLE',
    });
    await assert.rejects(run({ strategy: ['linear-bridge', 'linear-bridge'] }), /--strategy names linear-bridge twice/);
    await assert.rejects(run({ epsilon: [4, 1, 4] }), /--epsilon names 4 twice/);
    await assert.rejects(run({ target: 'radio' }), /radio is not a platform of this world/);
  });

  it('names the targets of the published split when asked for another', async () => {
    const data = join(out, 'published');
    for (const folder of ['game_video', 'video_game']) {
      mkdirSync(join(data, folder), { recursive: true });
      writeFileSync(join(data, folder, 'train.txt'), '1\t1\n2\t2\n');
      for (const file of ['valid.txt', 'test.txt']) writeFileSync(join(data, folder, file), '');
    }
    const asked: SimulationInput = { strategy: ['linear-bridge'], protocol: 'published:game-video', data };
    await assert.rejects(run({ ...asked, target: 'radio' }), {
      code: 'SIMULATION_OPTION',
      message: 'radio is not a target of the published split, which has game, video',
    });
  });

  it('expands published pairs into one encoder and their decoders', () => {
    const of = (strategy: SimulationInput['strategy'], decoder?: string[]) => {
      const options = simulationOptions({ strategy, ...(decoder && { decoder }) });
      return [variants(options).map((variant) => variant.strategy), options.decoder];
    };
    assert.deepEqual(of(['emcdr', 'ptupcdr']), [['linear-bridge'], ['mlp', 'personal']]);
    assert.deepEqual(of(['emcdr', 'private-subspace']), [
      ['private-subspace', 'linear-bridge'],
      ['ridge', 'mlp'],
    ]);
    assert.deepEqual(of(['linear-bridge', 'emcdr'], ['memory']), [['linear-bridge'], ['memory', 'mlp']]);
  });

  it('runs a strategy that promises nothing once, whatever the epsilons', () => {
    const asked = variants(simulationOptions({ strategy: ['linear-bridge', 'private-subspace'], epsilon: [1, 4] }));
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
