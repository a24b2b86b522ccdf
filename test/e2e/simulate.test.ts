import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resultsSchema } from '../../simulations/results.ts';
import { descendants, isAlive, Workplace } from './isthmus.ts';

const SMALL = ['--persons', '120', '--items', '160'];

describe('isthmus simulate, as a process', function () {
  this.timeout(240_000);
  let place: Workplace;

  beforeEach(async () => {
    place = await Workplace.make();
  });

  afterEach(() => place.leave());

  /** The only run that is kept. */
  function kept(): { readonly path: string; readonly files: readonly string[] } {
    const runs = readdirSync(place.path('runs'));
    assert.equal(runs.length, 1);
    const path = place.path('runs', runs[0]);
    return { path, files: readdirSync(path).sort() };
  }

  it('prints the results document alone with --json, and keeps it beside a report', async () => {
    const { code, stdout, stderr } = await place.run(
      ...['simulate', ...SMALL, '--in-process', '--strategy', 'linear-bridge', '--json'],
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim().split('\n').length, 1);
    const results = resultsSchema.parse(JSON.parse(stdout));
    for (const row of results.rows) {
      assert.ok(row.epsilon === null && row.epsilon0 === null, 'nothing bounds it, and 0 would be a claim');
    }
    const methods = new Set(results.rows.map(({ method }) => method));
    for (const method of ['linear-bridge', 'prior', 'popularity', 'random', 'ceiling']) assert.ok(methods.has(method));
    const { path, files } = kept();
    assert.deepEqual(files, ['config.json', 'ledger.json', 'log.jsonl', 'report.html', 'results.json']);
    assert.deepEqual(JSON.parse(readFileSync(`${path}/results.json`, 'utf8')), JSON.parse(stdout));
    const report = readFileSync(`${path}/report.html`, 'utf8');
    assert.match(report, /seeded noise, not a release/);
    assert.equal(report.match(/Not charged: /g)?.length, 1, 'the same for all, and said once');
    assert.doesNotMatch(report, /(src|href)="https?:/, 'self-contained');
  });

  it('cleans up on Ctrl-C: no process left, no data left, exit code 130', async () => {
    const run = place.start('simulate', ...SMALL, '--strategy', 'shared-trunk', '--rounds', '50');
    await run.says(/round 1 of 50, attempt 1: keys/);
    const started = descendants(run.pid);
    // The reference rows may still be measured beside the trials.
    const hosts = started.filter(({ command }) => /hosts\/process\.[jt]s (?!references)/.test(command));
    assert.equal(hosts.length, 4);
    assert.ok(existsSync(`${kept().path}/data`));
    // A terminal and npm both send the signal.
    run.signal('SIGINT');
    const { code, signal, stdout, stderr } = await run.stop('SIGINT');
    assert.deepEqual([code, signal, stdout], [130, null, ''], stderr);
    assert.match(stderr, /isthmus: stopped\n$/);
    assert.deepEqual(
      started.filter(({ pid }) => isAlive(pid)),
      [],
    );
    assert.deepEqual(kept().files, ['log.jsonl']);
  });

  for (const [when, line] of [
    ['while the reference rows are computed', /reference rows for/],
    ['while its processes are only just starting', /^\[1\/1\]/m],
  ] as const) {
    it(`cleans up on Ctrl-C ${when}`, async () => {
      const run = place.start('simulate', ...SMALL, '--strategy', 'linear-bridge');
      await run.says(line);
      const hosts = (): number =>
        descendants(run.pid).filter(({ command }) => /hosts\/process\.[jt]s/.test(command)).length;
      for (let polls = 0; hosts() === 0 && polls < 500; polls++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      const { code, stderr } = await run.stop('SIGINT');
      assert.equal(code, 130, stderr);
      assert.match(stderr, /isthmus: stopped\n$/);
      assert.equal(hosts(), 0);
      assert.ok(!kept().files.includes('data'));
    });
  }

  it('leaves no process behind when it is killed', async () => {
    const run = place.start('simulate', ...SMALL, '--strategy', 'linear-bridge');
    await run.says(/films: /);
    // A run from the sources also has a loader's process.
    const started = descendants(run.pid);
    assert.ok(started.length >= 4);
    // Its children share its standard error, which closes once the last of them has ended.
    const { signal } = await run.stop('SIGKILL');
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(
      started.filter(({ pid }) => isAlive(pid)),
      [],
    );
  });

  it('names what is wrong with its options, before anything is made', async () => {
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['--strategy', 'magic'], 2, /magic.*linear-bridge/s],
      [['--release', 'loud'], 2, /loud.*cohort/],
      [['--strategy', 'shared-trunk', '--platforms', 'films,books'], 5, /shared-trunk: .*at least 3/],
      [['--platforms', 'films,books'], 5, /shared-trunk: .*or remove it from --strategy/],
      [['--strategy', 'linear-bridge', '--sampling', '0.5'], 2, /--sampling applies only to training rounds/],
      [
        ['--strategy', 'shared-trunk', '--rounds', '0', '--clip-quantile', '0.5'],
        2,
        /--clip-quantile applies only to training rounds/,
      ],
      [['--seeds', '0'], 2, /--seeds.* must be a whole number from 1/],
      [['--data', 'nowhere'], 3, /cannot read the folder nowhere/],
      [['--target', 'opera'], 2, /opera.*films/],
      [['--epsilon', 'lots'], 2, /--epsilon.* must be above 0.* or none, not lots/],
    ];
    const ends = await Promise.all(cases.map(([options]) => place.run('simulate', ...SMALL, ...options)));
    ends.forEach(({ code, stdout, stderr }, index) => {
      const [options, expected, told] = cases[index];
      assert.equal(code, expected, `${options.join(' ')}: ${stderr}`);
      assert.match(stderr, told);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    });
    assert.equal(existsSync(place.path('runs')), false);
  });
});
