/**
 * The files of a source of interactions, as bytes. A source is one file, gzipped or not, a MovieLens or RecBole folder, or a
 * folder of part files as Spark, BigQuery and dask write them. A file of a query stands for the rows of its result.
 * @module
 */
import { createReadStream } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readDelimited } from '../../core/data/delimited.ts';
import { isGzip, isParquet } from '../../core/data/detect.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { pieceNamed } from '../../core/packages/named.ts';
import type { OutsideName } from '../../core/packages/package-id.ts';
import type { Reader, SourceFile } from '../../core/data/reader.ts';
import { DataError } from '../../core/data/errors.ts';
import { readJsonLines } from '../../core/data/json-lines.ts';
import { readParquet } from '../../core/data/parquet.ts';
import type { RandomAccess } from '../../core/data/parquet.ts';
import type { Reading } from '../../core/data/reading.ts';
import type { RowSink } from '../../core/data/rows.ts';
import { readQuery } from './sql.ts';

export interface Source {
  /** The path that the user gave. */
  readonly path: string;
  /** The file's name without its endings, or the folder's name. */
  readonly name: string;
  /** At least one path. */
  readonly files: readonly string[];
}

const CHUNK_BYTES = 1 << 18;
/** Number of unpacked bytes to inspect: enough lines to guess the columns. */
const HEAD_BYTES = 1 << 20;
/** Names of the ratings file in a MovieLens folder. */
const RATINGS = ['ratings.dat', 'ratings.csv', 'u.data'];
const ENDINGS = /(\.(tsv|csv|txt|tab|dat|data|inter|sql|jsonl?|ndjson|parquet|snappy|gz))+$/i;
const PART = /\.(parquet|tsv|csv|txt|jsonl?|ndjson)(\.gz)?$/i;

/** Name of the RecBole file of items or users that belongs to a file `<name>.inter`; undefined for another file. */
export function atomicBeside(file: string, kind: 'item' | 'user'): string | undefined {
  const name = basename(file);
  return /\.inter$/i.test(name) ? name.replace(/\.inter$/i, `.${kind}`) : undefined;
}

/** @throws DataError DATA_UNREADABLE, DATA_FORMAT_UNKNOWN. */
export async function findSource(path: string): Promise<Source> {
  const name = basename(path).replace(ENDINGS, '');
  try {
    if (!(await stat(path)).isDirectory()) return { path, name, files: [path] };
  } catch (error) {
    throw readable(error, path);
  }
  const folder = { path, name: basename(path) };
  for (const file of [...RATINGS, `${folder.name}.inter`])
    if (await exists(join(path, file))) return { ...folder, files: [join(path, file)] };
  const parts = await partsOf(path);
  return { ...folder, files: parts.map((part) => join(path, part)) };
}

/**
 * The part files of a folder. Parts of one table have the same name except for numbers and the ids of the jobs that
 * wrote them.
 * @throws DataError DATA_FORMAT_UNKNOWN.
 */
async function partsOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const isHidden = (path: string): boolean => path.split('/').some((name) => /^[._]/.test(name));
  const parts = entries.filter((path) => PART.test(path) && !isHidden(path)).sort();
  const kinds = new Set(
    parts.map((path) =>
      path
        .split('/')
        .map((name) => name.replace(/^[^=]+=.*$/, ''))
        .join('')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+|\.gz$/gi, ''),
    ),
  );
  if (kinds.size === 1) return parts;
  throw new DataError(
    'DATA_FORMAT_UNKNOWN',
    parts.length === 0
      ? `${folder} is a folder without ${RATINGS.join(', ')}, ${basename(folder)}.inter or part files of Parquet, CSV or JSON lines: name the file of interactions itself`
      : `${folder} holds files that are not the parts of one table (${parts.slice(0, 5).join(', ')}): name one of them, or move the parts into a folder of their own`,
  );
}

/** The first bytes of a file, unpacked. */
export async function headOf(file: string): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of await bytesOf(file)) {
      pieces.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) return { bytes: Buffer.concat(pieces), isWhole: false };
    }
  } catch (error) {
    throw readable(error, file);
  }
  return { bytes: Buffer.concat(pieces), isWhole: true };
}

/** The bytes of a file, unpacked if it is gzipped. */
export async function bytesOf(path: string): Promise<AsyncIterable<Uint8Array>> {
  const gzip = isGzip(await firstBytes(path));
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!gzip) return file as AsyncIterable<Uint8Array>;
  // The reader of the unpacked stream receives every error. This callback exists only so that `pipeline` closes the
  // file.
  return pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
}

export async function isGzipped(path: string): Promise<boolean> {
  return isGzip(await firstBytes(path));
}

/** Reads every row of a source into the sink. @throws DataError. */
export async function readSource(
  { files }: Source,
  reading: Reading,
  sink: RowSink,
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) {
    if (files.length > 1) sink.part?.(basename(file));
    try {
      await readFile(file, reading, sink, signal);
    } catch (error) {
      throw readable(error, file);
    }
  }
}

async function readFile(file: string, reading: Reading, sink: RowSink, signal?: AbortSignal): Promise<void> {
  switch (reading.format) {
    case 'delimited':
      return readDelimited(await textOf(file), reading, sink);
    case 'json-lines':
      return readJsonLines(await textOf(file), reading, sink);
    case 'parquet':
      return withRanges(file, (ranges) => readParquet(ranges, reading, sink, signal));
    case 'sql':
      return readQuery(file, reading, sink, signal);
    default: {
      const { columns, format } = reading;
      return byOutside(format, (reader) => reader.read(sourceFile(file), columns, sink, signal), signal);
    }
  }
}

/** Names of the columns, by the reader of an outside package. @throws DataError DATA_FORMAT_BROKEN; PackageError. */
export function outsideColumns(file: string, format: OutsideName): Promise<readonly string[]> {
  return byOutside(format, (reader) => reader.columns(sourceFile(file)));
}

function sourceFile(path: string): SourceFile {
  return { bytes: () => bytesOf(path), ranges: (work) => withRanges(path, work) };
}

/** An error of an outside reader is one of the file, unless it was stopped. */
async function byOutside<Result>(
  format: OutsideName,
  work: (reader: Reader) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const reader = pieceNamed<Reader>('readers', {}, format);
  try {
    return await work(reader);
  } catch (error) {
    if (error instanceof DataError || signal?.aborted === true) throw error;
    throw new DataError('DATA_FORMAT_BROKEN', `${format} cannot read it: ${messageOf(error)}`, { cause: error });
  }
}

async function textOf(file: string): Promise<AsyncIterable<Uint8Array>> {
  if (!isParquet(await firstBytes(file))) return bytesOf(file);
  throw new DataError(
    'DATA_FORMAT_BROKEN',
    'a Parquet file where the reading expects text: run "isthmus data inspect" again',
  );
}

/** @throws DataError DATA_FORMAT_UNKNOWN for a gzipped file. */
export async function withRanges<T>(path: string, work: (ranges: RandomAccess) => Promise<T>): Promise<T> {
  if (await isGzipped(path)) throw new DataError('DATA_FORMAT_UNKNOWN', `${path} is a gzipped Parquet file: unpack it`);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      const length = await readFully(file, bytes, start);
      if (length < bytes.length) throw new Error(`the file ends ${bytes.length - length} bytes too early`);
      return bytes.buffer;
    };
    return await work({ byteLength: size, slice });
  } finally {
    await file.close();
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const room = new Uint8Array(8);
    return room.subarray(0, await readFully(file, room, 0));
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const { bytesRead } = await file.read(into, length, into.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Turns errors of the file system and of unpacking into messages that name the file. */
export function readable(error: unknown, path: string): unknown {
  if (error instanceof DataError) {
    return error.message.includes(path)
      ? error
      : new DataError(error.code, `${path}: ${error.message}`, { cause: error });
  }
  const code = codeOf(error) ?? '';
  switch (code) {
    case 'ENOENT':
      return new DataError('DATA_UNREADABLE', `${path} does not exist`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new DataError('DATA_UNREADABLE', `${path} cannot be read by this user: change its permissions`, {
        cause: error,
      });
    case 'EISDIR':
      return new DataError('DATA_UNREADABLE', `${path} is a folder`, { cause: error });
    default:
  }
  if (code.startsWith('Z_')) {
    return new DataError(
      'DATA_FORMAT_BROKEN',
      `${path} cannot be unpacked, it may be cut off: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  return error;
}
