/**
 * The interface of a reader of one file format, for formats of packages from outside this repository. Ours are in
 * delimited.ts, json-lines.ts and parquet.ts.
 * @module
 */
import type { RandomAccess } from './parquet.ts';
import type { Reading } from './reading.ts';
import type { RowSink } from './rows.ts';

/** A file of interactions. The caller opens and closes it. */
export interface SourceFile {
  /** The bytes from the start, unpacked if the file is gzipped. */
  bytes(): Promise<AsyncIterable<Uint8Array>>;
  /** Gives `work` any ranges of bytes. @throws DataError DATA_FORMAT_UNKNOWN for a gzipped file. */
  ranges<Result>(work: (ranges: RandomAccess) => Promise<Result>): Promise<Result>;
}

export interface Reader {
  /** Names of the columns. @throws an Error whose message names the cause, if the file is not of this format. */
  columns(file: SourceFile): Promise<readonly string[]>;
  /**
   * Passes every row to the sink, in order, as it stands in the file. The reading of a row may depend only on that row and
   * the columns: one person's row must not change how others are read.
   * @param columns names of the columns of each role; null: not read.
   * @throws an Error whose message names the cause; the signal's reason.
   */
  read(file: SourceFile, columns: Reading['columns'], sink: RowSink, signal?: AbortSignal): Promise<void>;
}
