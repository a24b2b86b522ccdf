/**
 * Reads Parquet from any source of byte ranges, with the columns of one row group in memory at a time.
 * @module
 */
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, ParquetParsers, ParquetScan } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { listed } from './delimited.ts';
import { DataError } from './errors.ts';
import { messageOf } from '../errors/coded-error.ts';
import type { Column, ParquetReading } from './reading.ts';
import type { RowSink } from './rows.ts';

/** Byte ranges of a source. */
export type RandomAccess = AsyncBuffer;

/**
 * Reads interactions from a Parquet file. Lines are its row numbers, from 1. @throws DataError DATA_FORMAT_BROKEN,
 * DATA_HEADER
 */
export async function readParquet(
  file: RandomAccess,
  { columns }: ParquetReading,
  sink: RowSink,
  signal?: AbortSignal,
): Promise<void> {
  const metadata = await broken(parquetMetadataAsync(file));
  const names = columnsOfSchema(metadata);
  const used = [columns.person, columns.item, columns.rating, columns.timestamp].map((column) => nameIn(names, column));
  const exact = used.map((name) => exactUpTo(metadata, name));
  const wanted = used.filter((name) => name !== undefined);
  const scan = await broken(parquetScan({ file, metadata, columns: wanted, compressors, parsers: PARSERS }));
  for (const range of scan.ranges) {
    signal?.throwIfAborted();
    const [persons, items, ratings, timestamps] = await broken(
      Promise.all(used.map((name) => columnOf(scan, name, range))),
    );
    for (let i = 0; i < range.rowEnd - range.rowStart; i++) {
      const [person, item] = [kept(persons?.[i], exact[0]), kept(items?.[i], exact[1])];
      sink.row(range.rowStart + i + 1, person, item, ratings?.[i], timestamps?.[i]);
    }
  }
}

/** Names of the columns. @throws DataError DATA_FORMAT_BROKEN */
export async function parquetColumns(file: RandomAccess): Promise<readonly string[]> {
  return columnsOfSchema(await broken(parquetMetadataAsync(file)));
}

function columnsOfSchema(metadata: FileMetaData): string[] {
  return parquetSchema(metadata).children.map((child) => child.element.name);
}

function nameIn(names: readonly string[], column: Column | null): string | undefined {
  if (column === null) return undefined;
  const found = typeof column === 'string' && names.includes(column) ? column : undefined;
  if (found !== undefined) return found;
  throw new DataError('DATA_HEADER', `no column ${JSON.stringify(column)} among ${listed(names)}`);
}

/**
 * Bound below which a 32-bit column holds every whole number exactly. Infinity for other types: `idOf` checks doubles
 * itself.
 */
function exactUpTo(metadata: FileMetaData, column: string | undefined): number {
  const child = parquetSchema(metadata).children.find(({ element }) => element.name === column);
  return child?.element.type === 'FLOAT' ? 2 ** 24 : Infinity;
}

/** Turns a number that may have been rounded into NaN, so that it cannot be an id. */
function kept(field: unknown, exact: number): unknown {
  return typeof field === 'number' && Math.abs(field) >= exact ? Number.NaN : field;
}

/**
 * Leaves bytes that are not UTF-8 as bytes, which no id may be. The library's decoder would map different bytes to the
 * same text.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const text = (bytes: Uint8Array | undefined): unknown => {
  try {
    return bytes && decoder.decode(bytes);
  } catch {
    return bytes;
  }
};
const PARSERS: Partial<ParquetParsers> = { stringFromBytes: text, jsonFromBytes: text };

async function columnOf(
  scan: ParquetScan,
  column: string | undefined,
  range: { readonly rowStart: number; readonly rowEnd: number },
): Promise<ArrayLike<unknown> | undefined> {
  return column === undefined ? undefined : scan.readColumn({ column, ...range });
}

async function broken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = messageOf(error);
    throw new DataError('DATA_FORMAT_BROKEN', `not a Parquet file that can be read: ${reason}`, { cause: error });
  }
}
