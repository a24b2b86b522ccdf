import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBearer, tokenIn } from '../../host/bearer.ts';

describe('a token of an HTTP service', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-token-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, for its owner alone, and kept', () => {
    const file = join(folder, 'token');
    const token = tokenIn(file);
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(tokenIn(file), token);
    assert.equal(readFileSync(file, 'utf8'), `${token}\n`);
  });

  it('is made anew where a full disk left an empty file: nobody could ever show it', () => {
    const file = join(folder, 'token');
    for (const left of ['', '\n', ' ']) {
      writeFileSync(file, left);
      const token = tokenIn(file);
      assert.match(token, /^[\w-]{43}$/);
      assert.ok(!isBearer('Bearer ', token) && !isBearer(undefined, token) && isBearer(`Bearer ${token}`, token));
    }
  });

  it('that cannot be kept is told with its file', () => {
    mkdirSync(join(folder, 'token'));
    for (const file of [join(folder, 'token'), join(folder, 'none', 'token')]) {
      assert.throws(
        () => tokenIn(file),
        (thrown: Error & { code?: string }) => {
          return thrown.code === 'TOKEN_UNUSABLE' && thrown.message.includes(file);
        },
      );
    }
  });
});
