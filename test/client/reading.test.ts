import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataCommand } from '../../cli/commands/data.ts';
import { inspectSource } from '../../client/data/inspect.ts';
import type { InspectChoice } from '../../client/data/inspect.ts';
import { openDomain } from '../../client/data/open.ts';
import { pinnedReading } from '../../client/data/pinned-reading.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { openStateDirectory, storeFileIn } from '../../client/state-directory.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { StartStore } from '../../client/store/platform-store.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { formatReading, parseReading } from '../../core/data/reading.ts';
import type { ReadingFile } from '../../core/data/reading.ts';
import { runHere } from '../cli/in-process.ts';

describe('The reading of a platform', () => {
  let folder: string;
  let data: string;
  let starts: StartStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-reading-'));
    data = join(folder, 'd.csv');
    writeFileSync(data, 'user,item,rating,date\na,x,5,11/14/2023\nb,y,1,11/15/2023\na,y,4,11/16/2023\n');
    ({ starts } = createMemoryStore());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const inspect = async (choice: InspectChoice = {}): Promise<ReadingFile> =>
    (await writeReading(await inspectSource(data, choice), readingPathOf(data))).file;
  const start = (file: ReadingFile, at: StartStore = starts): void =>
    at.put({ platform: 'd', platforms: ['d'], data, readingPath: readingPathOf(data), reading: formatReading(file) });

  it('is refused where there is none, with the command that makes one', async () => {
    await assert.rejects(pinnedReading(starts, { data }), {
      code: 'DATA_NO_READING',
      message: new RegExp(`run "isthmus data inspect ${data}"`),
    });
    await assert.rejects(pinnedReading(starts, { data: `${data}x` }), {
      code: 'DATA_UNREADABLE',
      message: /does not exist/,
    });
  });

  it('is the file at the first start, and the same for good', async () => {
    const file = await inspect();
    assert.deepEqual((await pinnedReading(starts, { data })).file, file);
    start(file);
    assert.deepEqual((await pinnedReading(starts, { data })).file, file);
    const changed = await inspect({ minRating: null });
    await assert.rejects(pinnedReading(starts, { data }), {
      code: 'DATA_READING_CHANGED',
      message:
        /\(likes\.scale: \[1,5\] -> none, likes\.from: 3 -> none, .*\): restore the earlier one, or .*"isthmus data adopt"/,
    });
    start(changed);
    assert.deepEqual((await pinnedReading(starts, { data })).file, changed);
  });

  it('is kept where its file is gone, and read again whatever is written around it', async () => {
    const file = await inspect();
    start(file);
    const path = readingPathOf(data);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^#.*$/gm, '# another remark'));
    assert.deepEqual((await pinnedReading(starts, { data })).file, file);
    rmSync(path);
    const kept = await pinnedReading(starts, { data });
    assert.deepEqual(kept, { path, file });
    assert.equal((await openDomain(data, kept.file, kept.path, { name: 'd' })).domain.persons.length, 1);
    await assert.rejects(pinnedReading(starts, { data, reading: path }), { code: 'DATA_NO_READING' });
  });

  it('fixes the catalogue, which new rows do not change', async () => {
    const file = await inspect();
    const path = readingPathOf(data);
    const open = (): Promise<{ readonly bad: number }> => openDomain(data, file, path, { name: 'd' });
    assert.equal((await open()).bad, 0);
    writeFileSync(data, `${readFileSync(data, 'utf8')}c,new,5,11/17/2023\nc,x,5,11/17/2023\n`);
    const report = await openDomain(data, file, path, { name: 'd' });
    assert.deepEqual(report.domain.catalogue, ['x', 'y']);
    assert.deepEqual(report.badRows, [{ line: 5, reason: 'the item is not in the catalogue', found: '"new"' }]);
    const catalogue = `${data}.catalogue.tsv`;
    writeFileSync(catalogue, `${readFileSync(catalogue, 'utf8')}new\t\n`);
    await assert.rejects(open(), { code: 'DATA_CATALOGUE', message: /data inspect.*data adopt/ });
  });

  it('is the same after it was written and read', async () => {
    const file = await inspect();
    assert.deepEqual(parseReading(formatReading(file), 'f'), file);
    const text = formatReading(file);
    const wrong: [string, RegExp][] = [
      ['{', /not a reading file: /],
      ['a: 1', /isthmusReading: /],
      [text.replace('isthmusReading: 1', 'isthmusReading: 2'), /isthmusReading: /],
      [text.replace('time: mdy', 'time: soon'), /reading\.time: /],
      [text.replace('width: 4', 'width: 4\n  guess: true'), /reading: Unrecognized key/],
      [text.replace(/sha256: .*/, 'sha256: 0'), /catalogue\.sha256: /],
    ];
    for (const [yaml, message] of wrong) {
      assert.notEqual(yaml, text);
      assert.throws(() => parseReading(yaml, 'f.yaml'), { code: 'DATA_READING', message });
    }
  });

  it('is changed by a command alone', async () => {
    const state = join(folder, 'state');
    const adopt = (): ReturnType<typeof runHere> => runHere(dataCommand(), 'adopt', '--state', state, '--data', data);
    openSqliteStore(openStateDirectory(state).storeFile).close();
    const early = await adopt();
    assert.equal(early.code, 4);
    assert.match(early.stderr, /never started/);
    const first = await inspect();
    const store = openSqliteStore(storeFileIn(state));
    start(first, store.starts);
    store.close();
    assert.match((await adopt()).stdout, /nothing changes/);
    const second = await inspect({ minRating: 4.5 });
    const { code, stdout } = await adopt();
    assert.deepEqual([code, stdout], [0, 'likes.from: 3 -> 4.5\n']);
    const again = openSqliteStore(storeFileIn(state));
    assert.deepEqual((await pinnedReading(again.starts, { data })).file, second);
    again.close();
  });
});
