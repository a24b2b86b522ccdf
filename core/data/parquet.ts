/**
 * Parquet, out of anything that gives byte ranges; one row group's columns are in memory at a time.
 * @module
 */
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, ParquetScan } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { columnsOfHeader } from './columns.ts';
import type { Columns } from './columns.ts';
import { DataError } from './errors.ts';
import { RowCollector } from './reading.ts';
import type { ReadOptions, ReadReport } from './reading.ts';
import { messageOf } from '../errors/coded-error.ts';

/** Byte ranges of a source. */
export type RandomAccess = AsyncBuffer;

/** Interactions out of a Parquet file; lines are its rows, from 1. @throws DataError */
export async function readParquet(file: RandomAccess, options: ReadOptions): Promise<ReadReport> {
  const collector = new RowCollector(options);
  const metadata = await broken(parquetMetadataAsync(file), options.name);
  const { names, columns } = columnsOf(metadata, options);
  const used = [columns.person, columns.item, columns.rating, columns.timestamp].map((at) =>
    at === undefined ? undefined : names[at],
  );
  const wanted = used.filter((name) => name !== undefined);
  const scan = await broken(parquetScan({ file, metadata, columns: wanted, compressors }), options.name);
  for (const range of scan.ranges) {
    const [persons, items, ratings, timestamps] = await broken(
      Promise.all(used.map((name) => columnOf(scan, name, range))),
      options.name,
    );
    for (let i = 0; i < range.rowEnd - range.rowStart; i++) {
      collector.row(range.rowStart + i + 1, persons?.[i], items?.[i], ratings?.[i], timestamps?.[i]);
    }
  }
  return collector.finish();
}

function columnsOf(metadata: FileMetaData, options: ReadOptions): { names: string[]; columns: Columns } {
  const names = parquetSchema(metadata).children.map((child) => child.element.name);
  const columns = columnsOfHeader(names, options.columns);
  if (columns) return { names, columns };
  throw new DataError('DATA_HEADER', `no person and no item among the columns ${names.slice(0, 12).join(', ')}`);
}

async function columnOf(
  scan: ParquetScan,
  column: string | undefined,
  range: { readonly rowStart: number; readonly rowEnd: number },
): Promise<ArrayLike<unknown> | undefined> {
  return column === undefined ? undefined : scan.readColumn({ column, ...range });
}

async function broken<T>(reading: Promise<T>, name: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const reason = messageOf(error);
    throw new DataError('DATA_FORMAT_BROKEN', `"${name}" is not a Parquet file that can be read: ${reason}`, {
      cause: error,
    });
  }
}
