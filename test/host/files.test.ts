/** Files that cannot be written: the message names the file, the reason and the remedy. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../cli/failure.ts';
import { tokenIn } from '../../host/bearer.ts';
import { replaceFile, writeSecret } from '../../host/files.ts';
import { writeOut } from '../../simulations/out-folder.ts';

describe('a file that is written', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-files-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  /** A file on a full disk. */
  const full = (name: string): string => {
    symlinkSync('/dev/full', path(name));
    return path(name);
  };

  it('is for its owner alone, and replaced whole', () => {
    replaceFile(path('token'), 'one');
    replaceFile(path('token'), 'two');
    assert.equal(readFileSync(path('token'), 'utf8'), 'two');
    assert.equal(statSync(path('token')).mode & 0o777, 0o600);
    assert.equal(existsSync(path('token.next')), false);
  });

  it('on a full disk: the error names it, says what helps, and what stood there stays', async () => {
    if (!existsSync('/dev/full')) return;
    writeFileSync(path('endpoint.json'), 'before');
    full('endpoint.json.next');
    full('token.next');
    const attempts: readonly [string, () => unknown][] = [
      ['endpoint.json', () => replaceFile(path('endpoint.json'), 'after')],
      ['token', () => tokenIn(path('token'))],
      ['results.json', () => writeOut(full('results.json'), '{}')],
    ];
    for (const [name, attempt] of attempts) {
      const error = await Promise.resolve()
        .then(attempt)
        .catch((thrown: unknown) => thrown);
      const { text, exitCode } = failure(error);
      assert.match(
        text,
        new RegExp(`cannot (write|use) .*/${name}( for a token)?: no space left on device; free space on its disk`),
      );
      assert.equal(exitCode, 4);
    }
    assert.equal(readFileSync(path('endpoint.json'), 'utf8'), 'before');
  });

  it('where this user may not: the error names it and says what helps', () => {
    mkdirSync(path('folder.next'));
    assert.throws(() => replaceFile(path('folder'), ''), {
      code: 'FILE_UNWRITABLE',
      message: /cannot write .*folder: illegal operation on a directory; file and folder must be writable by this user/,
    });
    assert.throws(() => writeSecret(join(folder, 'none', 'a.key'), ''), { code: 'IDENTITY_UNWRITABLE' });
  });
});
