/** The log that coordinator and platform share, opened as each of them opens it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { HostError } from '../../host/errors/host-errors.ts';
import { openLog } from '../../host/log.ts';
import type { LogLevel, OpenLog } from '../../host/log.ts';

const NAME = 'films';
const open = (file: string, level: LogLevel = 'debug'): OpenLog => openLog({ level, name: NAME, human: true, file });

const write = process.stderr.write.bind(process.stderr);

describe('log', () => {
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
    assert.deepEqual([writer, level, message, i], [NAME, 'info', 'a line', 99]);
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

  it('shows paths, however long they are', async () => {
    const paths = [
      '/var/lib/isthmus/federations/consortium-of-four/films-state',
      '/home/anna/Documents/ColdStart/MyCompanyData2023/interactions_of_films',
      '/tmp/isthmus-test-AbC1xZ/a-federation/with-a-long-name/store',
      '/var/lib/kubelet/pods/1f2e3d4c-5b6a-4978-8a9b-0c1d2e3f4a5b/volumes/isthmus',
      'federations/of-last-year/20231231/films/state/store-wal',
      'amazon-reviews-of-movies-and-tv-filtered-2023',
      'https://coordinator.example/consortium/of/four/platforms/isthmus',
    ];
    const log = open(file);
    for (const path of paths) log.warn(`the store "${path}" cannot be written`, { path });
    await log.close();
    for (const [index, path] of paths.entries()) {
      const { message, path: shown } = lines()[index];
      assert.deepEqual([message, shown], [`the store "${path}" cannot be written`, path]);
    }
  });

  it('takes random keys for paths in no encoding, also not within a path', async () => {
    const random = seededRandom('keys');
    const log = open(file);
    const many = 20_000;
    for (let n = 0; n < many; n++) {
      const key = Buffer.from(random.bytes(32));
      const [hex, base64, url] = (['hex', 'base64', 'base64url'] as const).map((encoding) => key.toString(encoding));
      log.info(`${hex} ${base64} ${url}`, { under: `/var/lib/isthmus/films-state/${url}/x`, beside: `films/${hex}` });
    }
    await log.close();
    const all = lines();
    assert.equal(all.length, many);
    for (const { message, under, beside } of all) {
      assert.deepEqual([message, under, beside], ['[redacted] [redacted] [redacted]', '[redacted]', '[redacted]']);
    }
  });

  it('reads a text that others chose in time that grows with its length alone', async () => {
    const log = open(file);
    const texts = ['a', 'aA', 'Aa', 'Aaa', '1', 'a/', '-'].map((part) => `${part.repeat(200_000 / part.length)}1b`);
    for (const text of texts) log.info(text);
    await log.close();
    assert.equal(lines().length, texts.length);
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
      (thrown) => thrown instanceof HostError && thrown.code === 'LOG_UNWRITABLE',
    );
  });

  it('on a full disk says once that it stops, and does not keep the program from ending', async function () {
    // The system refuses every write to this file, because no space is left.
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
    // A reader that does not read. The pipe holds 64 KiB, and the next write waits for ever.
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

/** Captures everything that the process writes to standard error until the test is over. */
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
