import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { factorFolder } from '../../simulations/factor-folder.ts';

const made = { persons: Float32Array.of(1, 2, 3), items: Float32Array.of(-4.5, 5) };

describe('folder of factors', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'isthmus-factors-')), 'factors');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  it('gives every later process what the first one made, for its owner alone', () => {
    assert.deepEqual(
      factorFolder(folder).through('a1', 3, () => made),
      made,
    );
    const never = (): never => assert.fail('it is there');
    assert.deepEqual(factorFolder(folder).through('a1', 3, never), made);
    assert.deepEqual(readdirSync(folder), ['a1']);
    assert.equal(statSync(join(folder, 'a1')).mode & 0o077, 0);
  });

  it('keeps nothing of a maker that fails, and lets the next one make it', () => {
    const store = factorFolder(folder);
    assert.throws(() => store.through('a1', 3, () => assert.fail('a fit that fails')), /fit that fails/);
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(
      store.through('a1', 3, () => made),
      made,
    );
  });

  it('waits for a process that is making it', async function () {
    this.timeout(20_000);
    factorFolder(folder);
    const maker = fork(fileURLToPath(new URL('factor-maker.ts', import.meta.url)), [folder], {
      execArgv: ['--import=tsx'],
    });
    await once(maker, 'message');
    assert.ok(existsSync(join(folder, 'a1.claim')), 'it is at work');
    const never = (): never => assert.fail('another makes it');
    assert.deepEqual(factorFolder(folder).through('a1', 2, never), {
      persons: Float32Array.of(7, 7),
      items: Float32Array.of(8),
    });
    maker.kill();
  });

  it('takes over from a process that is gone', async function () {
    this.timeout(20_000);
    factorFolder(folder);
    const gone = fork(fileURLToPath(new URL('factor-maker.ts', import.meta.url)), [], { execArgv: ['--import=tsx'] });
    await once(gone, 'exit');
    writeFileSync(join(folder, 'a1.claim'), String(gone.pid));
    assert.deepEqual(
      factorFolder(folder).through('a1', 3, () => made),
      made,
    );
    assert.deepEqual(readdirSync(folder), ['a1']);
  });
});
