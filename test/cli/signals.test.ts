/** Signals and limits of a process: it obeys signals from the first moment on, and reports too few open files. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { LEAST_OPEN_FILES, openFilesRefusal } from '../../cli/open-files.ts';
import { COMMAND, descendants, isAlive, Workplace } from '../e2e/isthmus.ts';
import type { Ended, Running } from '../e2e/isthmus.ts';

/** Reports on standard error when the process first listens for SIGTERM. */
const TELLS = `data:text/javascript,${encodeURIComponent(
  `const on = process.on; process.on = function (name, listener) {
    const result = on.call(this, name, listener);
    if (name === 'SIGTERM') process._rawDebug('it listens');
    return result;
  };`,
)}`;

describe('a process that is asked to stop', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(async () => (place = await Workplace.make()));
  afterEach(() => place.leave());

  /** The signal comes as soon as the process can handle it, before it has loaded anything. */
  const atOnce = async (signal: NodeJS.Signals, ...args: readonly string[]): Promise<Ended> => {
    const running = place.spawn([...COMMAND, ...args], { NODE_OPTIONS: `--import=${TELLS}` });
    await running.says(/it listens/);
    return running.stop(signal);
  };

  it('before anything is loaded: a service has stopped as asked, anything else was interrupted', async () => {
    const files = ['--manifest', 'none.yaml', '--identity', 'none.key'];
    const coordinator = ['coordinator', ...files, '--store', 'none.db'];
    const platform = ['platform', ...files, '--data', 'none.tsv', '--state', 'none', '--coordinator', 'http://none'];
    const cases = [
      [coordinator, 0],
      [platform, 0],
      [['simulate'], 130],
    ] as const;
    for (const [args, code] of cases) {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const ended = await atOnce(signal, ...args);
        assert.deepEqual([ended.code, ended.signal], [code, null], `${args[0]}: ${ended.stderr}`);
        assert.doesNotMatch(ended.stderr, /none/, 'it did not even begin');
      }
    }
  });

  it('a simulation in one process, while it computes: nothing is left behind', async () => {
    const run = place.start(
      'simulate',
      '--in-process',
      '--strategy',
      'private-subspace',
      '--persons',
      '3000',
      '--items',
      '1500',
    );
    await run.says(/reference rows/);
    const began = descendants(run.pid);
    const { code, signal, stdout } = await run.stop();
    assert.deepEqual([code, signal, stdout], [130, null, '']);
    assert.deepEqual(
      began.filter(({ pid }) => isAlive(pid)),
      [],
    );
    const [folder] = readdirSync(place.path('runs'));
    assert.equal(existsSync(place.path('runs', folder, 'data')), false, 'no rows and no keys');
  });
});

describe('the limit of open files', function () {
  this.timeout(60_000);

  it('is told with the number that is needed, before Node fails in the middle of loading', async () => {
    const place = await Workplace.make();
    const limited = (limit: number, ...args: readonly string[]): Running =>
      place.spawn(['sh', '-c', `ulimit -n ${limit}; exec "$0" "$@"`, ...COMMAND, ...args]);
    try {
      for (const limit of [64, LEAST_OPEN_FILES - 1]) {
        const { code, stderr } = await limited(limit, 'coordinator', '--help').ended;
        assert.equal(
          stderr,
          `isthmus: this process may open ${limit} files, and needs 256: raise the limit, e.g. with "ulimit -n 256" [EMFILE]\n`,
        );
        assert.equal(code, 4);
      }
      const sample = ['data', 'sample', '--out', 'data', '--platforms', 'a,b', '--persons', '60', '--items', '80'];
      const enough = await limited(LEAST_OPEN_FILES, ...sample).ended;
      assert.equal(enough.code, 0, enough.stderr);
    } finally {
      await place.leave();
    }
  });

  it('is no reason to refuse where it is not known, or there is none', () => {
    assert.equal(openFilesRefusal(''), undefined);
    assert.equal(
      openFilesRefusal('Max open files            unlimited            unlimited            files'),
      undefined,
    );
    assert.match(
      openFilesRefusal('Max open files            24                   24            files') ?? '',
      /24 files/,
    );
  });
});
