/**
 * Opens a file of interactions, whatever of the known formats it is in, and reads it into a domain.
 * @module
 */
import { createReadStream } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { readDelimited } from '../../core/data/delimited.ts';
import { detectFormat, formatText, isGzip } from '../../core/data/detect.ts';
import type { SourceFormat } from '../../core/data/detect.ts';
import { DataError } from '../../core/data/errors.ts';
import { readParquet } from '../../core/data/parquet.ts';
import type { ReadOptions, ReadReport } from '../../core/data/reading.ts';
import { readReviewLines } from '../../core/data/review-lines.ts';
import { readTitles } from '../../core/data/titles.ts';
import { codeOf } from '../../core/errors/coded-error.ts';

export interface OpenOptions extends Omit<ReadOptions, 'name'> {
  /** The platform's name. Default: the file's, without its endings. */
  readonly name?: string;
}

export interface OpenedDomain extends ReadReport {
  readonly path: string;
  /** The format found, for a person. */
  readonly format: string;
}

const HEAD_BYTES = 65_536;
const CHUNK_BYTES = 1 << 18;

/**
 * Reads a file of interactions: TSV or CSV with a header, ratings without one, MovieLens' `.dat`, JSON lines (all of
 * them also gzipped) or Parquet; or a folder that holds one `ratings.*` (MovieLens). Titles come from
 * `<name>.items.tsv` or MovieLens' `movies.csv` beside it, where there is one.
 * @throws DataError
 */
export async function openDomain(source: string, options: OpenOptions = {}): Promise<OpenedDomain> {
  const path = await fileOf(source);
  const head = await readHead(path);
  const plainName = basename(path).replace(/\.gz$/i, '');
  const format = detectFormat(head.unpacked, plainName);
  const name = options.name ?? nameOf(path, source);
  const titles = options.titles ?? (await titlesBeside(path, nameOf(path, source)));
  const read: ReadOptions = { ...options, name, ...(titles && { titles }) };
  const report = await readAs(format, path, head.gzip, read);
  return { ...report, path, format: formatText(format) + (head.gzip ? ', gzipped' : '') };
}

async function readAs(format: SourceFormat, path: string, gzip: boolean, options: ReadOptions): Promise<ReadReport> {
  try {
    switch (format.kind) {
      case 'delimited':
        return await readDelimited(bytesOf(path, gzip), format.delimiter, options);
      case 'json-lines':
        return await readReviewLines(bytesOf(path, gzip), options);
      case 'parquet':
        if (gzip) throw new DataError('DATA_FORMAT_UNKNOWN', `${path} is a gzipped Parquet file: unpack it`);
        return await readRanges(path, options);
    }
  } catch (error) {
    throw readable(error, path);
  }
}

async function readRanges(path: string, options: ReadOptions): Promise<ReadReport> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new ArrayBuffer(Math.max(0, Math.min(end, size) - start));
      const { bytesRead } = await readFully(file, new Uint8Array(bytes), start);
      if (bytesRead < bytes.byteLength)
        throw new Error(`the file ends ${bytes.byteLength - bytesRead} bytes too early`);
      return bytes;
    };
    return await readParquet({ byteLength: size, slice }, options);
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<{ bytesRead: number }> {
  let bytesRead = 0;
  while (bytesRead < into.length) {
    const part = await file.read(into, bytesRead, into.length - bytesRead, position + bytesRead);
    if (part.bytesRead === 0) break;
    bytesRead += part.bytesRead;
  }
  return { bytesRead };
}

function bytesOf(path: string, gzip: boolean): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!gzip) return file;
  // The reader of the unpacked stream is told of every error; here only the file must be closed with it.
  return pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
}

async function readHead(path: string): Promise<{ unpacked: Uint8Array; gzip: boolean }> {
  try {
    const file = await open(path, 'r');
    try {
      const room = new Uint8Array(HEAD_BYTES);
      const head = room.subarray(0, (await readFully(file, room, 0)).bytesRead);
      if (!isGzip(head)) return { unpacked: head, gzip: false };
      return { unpacked: gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }), gzip: true };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readable(error, path);
  }
}

/** A folder of MovieLens holds its ratings by one of these names. */
const RATINGS = ['ratings.dat', 'ratings.csv', 'u.data'];

async function fileOf(source: string): Promise<string> {
  try {
    if (!(await stat(source)).isDirectory()) return source;
  } catch (error) {
    throw readable(error, source);
  }
  for (const name of RATINGS) if (await exists(join(source, name))) return join(source, name);
  throw new DataError(
    'DATA_FORMAT_UNKNOWN',
    `${source} is a folder without ${RATINGS.join(', ')}: name the file of interactions itself`,
  );
}

/** The file's name without its endings; for a folder of MovieLens, the folder's. */
function nameOf(path: string, source: string): string {
  if (path !== source) return basename(source);
  return basename(path).replace(/(\.(tsv|csv|txt|tab|dat|data|jsonl?|ndjson|parquet|gz))+$/i, '');
}

async function titlesBeside(path: string, name: string): Promise<Map<string, string> | undefined> {
  const items = join(dirname(path), `${name}.items.tsv`);
  if (items !== path && (await exists(items))) return titlesOf(items, '\t');
  const movies = join(dirname(path), 'movies.csv');
  if (basename(path) === 'ratings.csv' && (await exists(movies))) return titlesOf(movies, ',');
  return undefined;
}

async function titlesOf(path: string, delimiter: '\t' | ','): Promise<Map<string, string>> {
  try {
    return await readTitles(bytesOf(path, false), delimiter);
  } catch (error) {
    throw readable(error, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Errors of the file system and of unpacking, in words; every message names the file. */
function readable(error: unknown, path: string): unknown {
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
      return new DataError('DATA_UNREADABLE', `${path} may not be read by this user`, { cause: error });
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
