/**
 * The example package as somebody outside of this repository would use it: both packages are packed, unpacked into a folder of
 * their own, and run from there. Dependencies are linked from this repository, because nothing may be fetched.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../e2e/isthmus.ts';

const run = promisify(execFile);
const EXAMPLE = join(ROOT, 'docs/examples/isthmus-example');

describe('A package from outside', function () {
  this.timeout(900_000);
  let home: string;
  const bin = (): string => join(home, 'node_modules/isthmus/dist/cli/main.js');
  const isthmus = (...args: string[]) => run(process.execPath, [bin(), ...args], { cwd: home, maxBuffer: 1 << 26 });

  before(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-outsider-')));
    await run('npm', ['run', 'build'], { cwd: ROOT });
    await unpack('isthmus', ROOT);
    await unpack('isthmus-example', EXAMPLE);
    for (const name of readdirSync(join(ROOT, 'node_modules')).filter((one) => !one.startsWith('.'))) {
      symlinkSync(join(ROOT, 'node_modules', name), join(home, 'node_modules', name));
    }
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  /** Unpacks a tarball as npm does, without its network. */
  async function unpack(name: string, folder: string): Promise<void> {
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home, folder]);
    const [{ filename }] = JSON.parse(stdout) as { filename: string }[];
    const target = join(home, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    await run('tar', ['-xzf', join(home, filename), '-C', target, '--strip-components=1']);
  }

  let allow = '';

  it('has the same hash in its author’s folder and where it is installed', async () => {
    const [ours, theirs] = await Promise.all([isthmus('package', EXAMPLE), isthmus('package', 'isthmus-example')]);
    [allow] = theirs.stdout.split('\n');
    assert.match(allow, /^isthmus-example@1\.0\.0#sha256-[0-9a-f]{64}$/);
    assert.equal(ours.stdout.split('\n')[0], allow);
  });

  it('passes the published suites, and keeps a record of it that is bound to its hash', async () => {
    // As its author would: in a folder of its own, with its tests.
    const author = join(home, 'author');
    await run('cp', ['-r', EXAMPLE, author]);
    const { stdout } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/mocha/bin/mocha.js'), 'test/compliance.js'],
      {
        cwd: author,
      },
    );
    assert.match(stdout, /\d+ passing/);
    assert.doesNotMatch(stdout, /failing|pending/);
    const record = readFileSync(join(author, 'isthmus-compliance.json'), 'utf8');
    writeFileSync(join(home, 'node_modules/isthmus-example/isthmus-compliance.json'), record);
    const told = (await isthmus('package', 'isthmus-example')).stdout;
    assert.ok(told.startsWith(allow), told);
    assert.match(
      told,
      /its own record .*views signs: \d+ passed, 0 failed; readouts firm-ridge: \d+ passed, 0 failed; releaseModes one-sign: \d+ passed, 0 failed; readers pairs: \d+ passed, 0 failed; /,
    );
  });

  it('runs in a federation of processes, and every claim that rests on it says so', async () => {
    const world = ['--persons', '200', '--items', '200', '--strategy', 'linear-bridge', '--rounds', '0'];
    const mode = ['--release', 'isthmus-example:one-sign', '--epsilon0', '4', '--json'];
    const { stdout } = await isthmus('simulate', '--allow', allow, ...world, ...mode);
    const results = JSON.parse(stdout) as { readonly claims: unknown };
    const text = JSON.stringify(results);
    assert.match(
      text,
      /randomised code, as declared by package isthmus-example@1\.0\.0, not checked by this project, with 4-local DP/,
    );
    assert.match(text, /OUTSIDE CODE: package isthmus-example@1\.0\.0/);
    await assert.rejects(isthmus('simulate', ...world, ...mode), /isthmus-example.*not allowed here/s);
  });

  it('encodes with its view and decodes with its readout in a federation of processes', async () => {
    const world = ['--persons', '200', '--items', '200', '--rounds', '0', '--json'];
    const pieces = ['--encoder', 'isthmus-example:signs', '--decoder', 'isthmus-example:firm-ridge'];
    const { stdout } = await isthmus('simulate', '--allow', allow, ...world, ...pieces);
    assert.match(stdout, /isthmus-example:signs/);
    assert.match(stdout, /OUTSIDE CODE: package isthmus-example@1\.0\.0/);
    await assert.rejects(isthmus('simulate', ...world, ...pieces), /isthmus-example.*not allowed here/s);
  });

  it('reads a file of its own format', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `user=p${i % 9};film=f${i % 17};stars=${1 + (i % 5)}\n`);
    writeFileSync(join(home, 'films.pairs'), rows.join(''));
    const { stdout } = await isthmus(
      'data',
      'inspect',
      'films.pairs',
      '--allow',
      allow,
      '--format',
      'isthmus-example:pairs',
      '--columns',
      'person=user,item=film,rating=stars',
    );
    assert.match(stdout, /read by isthmus-example:pairs/);
    assert.match(readFileSync(join(home, 'films.pairs.reading.yaml'), 'utf8'), /format: isthmus-example:pairs/);
  });

  it('is refused once a byte of it is another', async () => {
    const file = join(home, 'node_modules/isthmus-example/pieces/one-sign.js');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Math.exp(-epsilon0)', 'Math.exp(-2 * epsilon0)'));
    await assert.rejects(isthmus('strategies', '--allow', allow), /is allowed, and .* is installed/);
  });
});
