/** Requirements for every {@link Reader}. */
import assert from 'node:assert/strict';
import { RowCollector } from '../core/data/rows.ts';
import type { Field, RowSink } from '../core/data/rows.ts';
import type { Reader, SourceFile } from '../core/data/reader.ts';
import { EVERY_RATING } from '../core/data/likes.ts';

export interface ReaderSample {
  /** A whole file with at least three rows, of two persons or more. */
  readonly file: Uint8Array;
  /** The column of each role; null: not read. */
  readonly columns: {
    readonly person: string;
    readonly item: string;
    readonly rating: string | null;
    readonly timestamp: string | null;
  };
  /** The fields of each row: person, item, rating, timestamp. Absent ones are undefined or null. */
  readonly rows: readonly (readonly [Field, Field, Field, Field])[];
  /** A file of this format without rows. */
  readonly empty: Uint8Array;
}

/** A file in memory, in pieces of so many bytes. */
function fileOf(bytes: Uint8Array, piece = 7): SourceFile {
  return {
    bytes: () =>
      Promise.resolve(
        (async function* () {
          for (let at = 0; at < bytes.length; at += piece) {
            await Promise.resolve();
            yield bytes.slice(at, at + piece);
          }
        })(),
      ),
    ranges: (work) => work({ byteLength: bytes.length, slice: (start, end) => bytes.slice(start, end).buffer }),
  };
}

class Kept implements RowSink {
  readonly rows: (readonly [number, Field, Field, Field, Field])[] = [];
  readonly broken: number[] = [];
  row(...row: [number, Field, Field, Field, Field]): void {
    this.rows.push(row);
  }
  bad(line: number): void {
    this.broken.push(line);
  }
}

/** Declares the suite under mocha. @param sample a file in the reader's format, with its content. */
export function readerCompliance(reader: Reader, sample: ReaderSample): void {
  const { columns, empty, file, rows } = sample;
  const read = async (bytes: Uint8Array, piece?: number): Promise<Kept> => {
    const kept = new Kept();
    await reader.read(fileOf(bytes, piece), columns, kept);
    return kept;
  };
  const fields = ({ rows: all }: Kept): unknown[] => all.map(([, ...row]) => row.map((field) => field ?? undefined));

  it('names the columns of a file', async () => {
    const names = await reader.columns(fileOf(file));
    for (const column of Object.values(columns)) assert.ok(column === null || names.includes(column), String(column));
  });

  it('reads every row in order, whatever the pieces in which bytes come', async () => {
    const wanted = rows.map((row) => row.map((field) => field ?? undefined));
    for (const piece of [1, 7, file.length])
      assert.deepEqual(fields(await read(file, piece)), wanted, `${piece} bytes`);
  });

  it('numbers lines so that they grow', async () => {
    const lines = (await read(file)).rows.map(([line]) => line);
    assert.ok(
      lines.every((line, at) => Number.isInteger(line) && line > (lines[at - 1] ?? 0)),
      String(lines),
    );
  });

  it('leaves columns out that are not asked for', async () => {
    const kept = new Kept();
    await reader.read(fileOf(file), { ...columns, rating: null, timestamp: null }, kept);
    assert.equal(kept.rows.length, rows.length);
    for (const [, , , rating, time] of kept.rows)
      assert.deepEqual([rating ?? undefined, time ?? undefined], [undefined, undefined]);
  });

  it('gives fields from which a domain is made', async () => {
    const collector = new RowCollector({ time: null, likes: EVERY_RATING }, { name: 'sample' });
    await reader.read(fileOf(file), { ...columns, timestamp: null, rating: null }, collector);
    const { bad, domain } = collector.finish();
    assert.equal(bad, 0);
    assert.deepEqual([...domain.persons].sort(), [...new Set(rows.map(([person]) => String(person)))].sort());
  });

  it('reads nothing from a file without rows', async () => {
    assert.deepEqual(fields(await read(empty)), []);
  });

  it('refuses a file of another format, or one that is cut off, with an error or a bad row, and never waits forever', async () => {
    for (const bytes of [new Uint8Array(64).fill(0xff), file.slice(0, file.length - 3)]) {
      const kept = new Kept();
      const failed = await reader.read(fileOf(bytes), columns, kept).then(
        () => false,
        () => true,
      );
      const whole = kept.rows.length === rows.length && kept.broken.length === 0;
      assert.ok(
        failed || !whole || JSON.stringify(fields(kept)) !== JSON.stringify(rows),
        'a broken file was read as a whole one',
      );
    }
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await assert.rejects(reader.read(fileOf(file), columns, new Kept(), stop.signal));
  });
}
