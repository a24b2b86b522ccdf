/** The log that coordinator and platform share, as each of them opens it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog as openPlatformLog } from '../../client/log.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import { PlatformError } from '../../client/errors.ts';
import type { LogLevel, OpenLog } from '../../host/log.ts';
import { CoordinatorError } from '../../server/errors.ts';
import { openLog as openCoordinatorLog } from '../../server/log.ts';

interface Side {
  readonly name: string;
  readonly open: (file: string, level?: LogLevel) => OpenLog;
  readonly error: new (...given: never[]) => Error;
}

const SIDES: readonly Side[] = [
  {
    name: 'films',
    open: (file, level = 'debug') => openPlatformLog({ level, name: 'films', human: true, file }),
    error: PlatformError,
  },
  {
    name: 'coordinator',
    open: (file, level = 'debug') => openCoordinatorLog({ level, human: true, file }),
    error: CoordinatorError,
  },
];

const write = process.stderr.write.bind(process.stderr);

for (const { name, open, error } of SIDES) {
  describe(`log of ${name}`, () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'isthmus-log-'));
      file = join(folder, 'log.jsonl');
    });
    afterEach(() => {
      process.stderr.write = write;
      rmSync(folder, { recursive: true });
    });

    const lines = (): readonly Record<string, unknown>[] =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    it('is JSON lines in a file, whole when it is closed, with nothing below its level and nothing after its end', async () => {
      const log = open(file, 'info');
      for (let i = 0; i < 100; i++) log.info('a line', { i });
      log.debug('too little');
      await log.close();
      log.error('too late');
      await log.close();
      assert.equal(lines().length, 100);
      const { level, message, i, name: writer } = lines()[99];
      assert.deepEqual([writer, level, message, i], [name, 'info', 'a line', 99]);
    });

    it('removes keys, pseudonyms, bytes and vectors that slipped in', async () => {
      const log = open(file);
      const key = Buffer.alloc(32, 0xab);
      const [pseudonym] = await unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(7)).pseudonyms(['anna']);
      log.info(`a key ${key.toString('base64')} slipped in`, { also: key.toString('hex'), count: 3 });
      log.warn('url-safe', { token: key.toString('base64url'), pseudonym });
      log.debug('bytes', { bytes: key as unknown as string });
      log.error('vector', { vector: [0.25, 0.5] as unknown as string });
      log.warn('kept', { code: 'PLATFORM_NO_PSEUDONYMS', folder: '/var/lib/isthmus/films-state' });
      await log.close();
      const [first, second, third, fourth, fifth] = lines();
      assert.equal(first.message, 'a key [redacted] slipped in');
      assert.deepEqual([first.also, first.count, first.level], ['[redacted]', 3, 'info']);
      assert.deepEqual([second.token, second.pseudonym], ['[redacted]', '[redacted]']);
      assert.equal(third.bytes, '[redacted]');
      assert.equal(fourth.vector, '[redacted]');
      assert.deepEqual([fifth.code, fifth.folder], ['PLATFORM_NO_PSEUDONYMS', '/var/lib/isthmus/films-state']);
      const text = readFileSync(file, 'utf8');
      for (const secret of [key.toString('base64'), key.toString('hex'), pseudonym, '0.25']) {
        assert.ok(!text.includes(secret), secret);
      }
    });

    it('is readable to its owner alone', async () => {
      const before = process.umask(0);
      try {
        await open(file).close();
      } finally {
        process.umask(before);
      }
      assert.equal(statSync(file).mode & 0o777, 0o600);
    });

    it('that cannot be written is refused', () => {
      assert.throws(
        () => open(join(folder, 'none', 'log')),
        (thrown) => thrown instanceof error && 'code' in thrown && thrown.code === 'LOG_UNWRITABLE',
      );
    });

    it('on a full disk says once that it stops, and does not keep the program from ending', async function () {
      // The system refuses every write to this file: no space is left.
      if (!existsSync('/dev/full')) this.skip();
      const told = tell();
      const log = open('/dev/full');
      log.info('one');
      await told.first;
      log.info('two');
      await log.close();
      log.info('three');
      await log.close();
      const another = open('/dev/full');
      another.info('closed before the write has failed');
      await another.close();
      assert.equal(told.all.length, 2);
      for (const text of told.all) assert.match(text, /^isthmus: nothing more is logged: ENOSPC/);
    });

    it('that takes nothing more is given up', async function () {
      if (process.platform === 'win32') this.skip();
      execFileSync('mkfifo', [file]);
      // A reader that does not read: the pipe takes 64 KiB, and the next write waits for ever.
      const reader = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
      const told = tell();
      const log = open(file);
      for (let i = 0; i < 3000; i++) log.info('a line that fills the pipe, after which nobody reads another one');
      await log.close();
      closeSync(reader);
      await told.first;
      assert.match(told.all[0], /EPIPE/);
    });
  });
}

/** Takes what the process writes to standard error until the test is over. */
function tell(): { readonly all: readonly string[]; readonly first: Promise<void> } {
  const all: string[] = [];
  const first = new Promise<void>((resolve) => {
    process.stderr.write = (text: string | Uint8Array): boolean => {
      all.push(String(text));
      resolve();
      return true;
    };
  });
  return { all, first };
}
