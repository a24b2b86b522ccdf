/**
 * Delimited text: TSV and CSV with a header, Amazon's and MovieLens' ratings without one, `ratings.dat` with `::`.
 * @module
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, Parser } from 'csv-parse';
import { columnsOfFirstRow, columnsOfHeader } from './columns.ts';
import type { Columns } from './columns.ts';
import { DataError } from './errors.ts';
import { eachLine } from './lines.ts';
import { RowCollector } from './reading.ts';
import type { ReadOptions, ReadReport } from './reading.ts';

/** What parts the fields of a line. */
export type Delimiter = '\t' | ',' | ';' | '::';

/** A field longer than this is a lost quotation mark, not a field. */
const LONGEST_RECORD = 1 << 20;

/**
 * Rows of fields with the line each begins on, empty lines left out. Quotation marks count in comma- and
 * semicolon-separated text alone: elsewhere a line is a row and a delimiter always parts two fields.
 * @throws DataError DATA_FORMAT_BROKEN naming the line
 */
export async function eachRecord(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: Delimiter,
  visit: (fields: readonly string[], line: number) => void,
): Promise<void> {
  if (delimiter === ',' || delimiter === ';') return eachQuotedRecord(bytes, delimiter, visit);
  return eachLine(bytes, (text, line) => {
    const row = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (row.trim() !== '') visit(row.split(delimiter), line);
  });
}

async function eachQuotedRecord(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: ',' | ';',
  visit: (fields: readonly string[], line: number) => void,
): Promise<void> {
  const parser = new Parser({
    delimiter,
    bom: true,
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: LONGEST_RECORD,
  });
  let line = 1;
  let refusal: { readonly error: unknown } | undefined;
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), parser, async (records) => {
      for await (const record of records as AsyncIterable<string[]>) {
        try {
          if (record.length > 1 || record[0].trim() !== '') visit(record, line);
        } catch (error) {
          refusal = { error };
          throw error;
        }
        line += 1 + linesWithin(record);
      }
    });
  } catch (error) {
    // The pipeline may report the aborted source instead of what made it abort.
    if (refusal) throw refusal.error;
    if (!(error instanceof CsvError)) throw error;
    throw new DataError('DATA_FORMAT_BROKEN', `after line ${line - 1}: ${error.message}`, { cause: error });
  }
}

/** Interactions out of delimited text. @throws DataError */
export async function readDelimited(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: Delimiter,
  options: ReadOptions,
): Promise<ReadReport> {
  const collector = new RowCollector(options);
  let columns: Columns | undefined;
  let width = 0;
  await eachRecord(bytes, delimiter, (fields, line) => {
    if (!columns) {
      const named = columnsOfHeader(fields, options.columns);
      columns = named ?? columnsOfFirstRow(fields, options.columns);
      width = 1 + Math.max(columns.person, columns.item, columns.rating ?? 0, columns.timestamp ?? 0);
      if (named) return;
    }
    if (fields.length < width) {
      collector.bad(
        line,
        `${fields.length} ${fields.length === 1 ? 'column' : 'columns'} instead of at least ${width}`,
      );
      return;
    }
    const { person, item, rating, timestamp } = columns;
    collector.row(
      line,
      fields[person],
      fields[item],
      rating === undefined ? undefined : fields[rating],
      timestamp === undefined ? undefined : fields[timestamp],
    );
  });
  return collector.finish();
}

function linesWithin(record: readonly string[]): number {
  let lines = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) lines++;
  }
  return lines;
}
