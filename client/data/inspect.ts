/**
 * Inspects a source and proposes a reading of it, for a person who checks the proposal, and for simulations. A running
 * platform uses only the reading that was written down.
 * @module
 */
import { basename } from 'node:path';
import { detectFormat } from '../../core/data/detect.ts';
import { DataError } from '../../core/data/errors.ts';
import { sketchNamed, sketchQuery, sketchText, Tally } from '../../core/data/inspection.ts';
import type { ReadingChoice, Sketch } from '../../core/data/inspection.ts';
import { readAttributes, readItemVectors } from '../../core/data/item-facts.ts';
import { NOT_UTF8 } from '../../core/data/lines.ts';
import { parquetColumns } from '../../core/data/parquet.ts';
import { formatText } from '../../core/data/reading-text.ts';
import type { Reading } from '../../core/data/reading.ts';
import { RowCollector } from '../../core/data/rows.ts';
import type { CollectOptions, ReadReport } from '../../core/data/rows.ts';
import { factsFilesBeside, readFacts } from './beside.ts';
import type { FilesBeside } from './beside.ts';
import { linesOf } from './head.ts';
import { itemsBeside, readItemsFile } from './items-file.ts';
import type { ItemsFile } from './items-file.ts';
import { findSource, headOf, isGzipped, outsideColumns, readable, readSource, withRanges } from './source.ts';
import type { Source } from './source.ts';
import { queryColumns, queryOf } from './sql.ts';

export interface InspectChoice extends ReadingChoice {
  /** The platform's name. Default: the file's name without its endings. */
  readonly name?: string;
  /**
   * The file of items. Null: the items are those of the rows, and a file beside the data is ignored. Default: the file
   * beside the data.
   */
  readonly items?: string | null;
}

export interface Inspected {
  readonly source: Source;
  readonly reading: Reading;
  /** The format in words: "comma-separated, UTF-8, header in line 1". */
  readonly format: string;
  /** Columns that the reading ignores. */
  readonly unread: readonly string[];
  readonly remarks: readonly string[];
  readonly items: ItemsFile | undefined;
  /** Files of vectors and of persons beside the data. */
  readonly beside: FilesBeside;
  /** The data as read with a catalogue of the items file, followed by every other item in the rows. */
  readonly report: ReadReport;
}

/** @throws DataError. */
export async function inspectSource(
  path: string,
  choice: InspectChoice = {},
  collect: Omit<CollectOptions, 'name' | 'catalogue' | 'isCatalogueClosed'> = {},
): Promise<Inspected> {
  const source = await findSource(path);
  const sketch = await sketchOf(source, choice);
  const tally = new Tally();
  await readSource(source, sketch.reading, tally, collect.signal);
  const { reading, remarks } = settled(tally, sketch, choice, path);
  const itemsPath = choice.items === undefined ? await itemsBeside(source) : choice.items;
  const items = typeof itemsPath === 'string' ? await readItemsFile(itemsPath) : undefined;
  const collector = new RowCollector(reading, {
    ...collect,
    name: choice.name ?? source.name,
    ...(items && { catalogue: items.titles }),
  });
  await readSource(source, reading, collector, collect.signal);
  let report: ReadReport;
  try {
    report = collector.finish();
  } catch (error) {
    throw readable(withRemarks(error, remarks), path);
  }
  const beside = await factsFilesBeside(source);
  const { vectors, persons } = beside;
  return {
    source,
    beside,
    reading,
    format: formatText(reading) + ((await isGzipped(source.files[0])) ? ', gzipped' : ''),
    unread: [...sketch.unread, ...dropped(sketch.reading, reading)],
    remarks: [...remarks, ...(items ? itemsRemarks(items, report) : [])],
    items,
    report: {
      ...report,
      domain: {
        ...report.domain,
        ...(vectors !== undefined && { vectors: await readFacts(vectors, readItemVectors) }),
        ...(persons !== undefined && { attributes: await readFacts(persons, readAttributes) }),
      },
    },
  };
}

function settled(tally: Tally, sketch: Sketch, choice: ReadingChoice, path: string): ReturnType<Tally['settle']> {
  try {
    return tally.settle(sketch, choice);
  } catch (error) {
    throw readable(error, path);
  }
}

/** Columns with the name of a role but other content. */
function dropped({ columns: before }: Reading, { columns: after }: Reading): string[] {
  const roles = ['rating', 'timestamp'] as const;
  return roles.filter((role) => before[role] !== null && after[role] === null).map((role) => String(before[role]));
}

async function sketchOf({ files: [file] }: Source, choice: ReadingChoice): Promise<Sketch> {
  const name = basename(file).replace(/\.gz$/i, '');
  const { format: outside } = choice;
  if (outside !== undefined) return sketchNamed(outside, await outsideColumns(file, outside), choice);
  try {
    if (/\.sql$/i.test(name)) {
      const query = await queryOf(file);
      return sketchQuery(query, await queryColumns(query), choice);
    }
    const { bytes, isWhole } = await headOf(file);
    const format = detectFormat(bytes, name, choice.encoding);
    if (format.kind === 'parquet') return sketchNamed('parquet', await withRanges(file, parquetColumns), choice);
    const { lines, broken } = await linesOf(bytes, isWhole, format.encoding);
    // Otherwise the next line would be mistaken for the header.
    if (broken === 1) {
      throw new DataError(
        'DATA_HEADER',
        `line 1: ${NOT_UTF8}: if this is Windows or Latin-1 text, give --encoding windows-1252`,
      );
    }
    return sketchText(lines, name, format.encoding, choice);
  } catch (error) {
    throw readable(error, file);
  }
}

/** Adds the remarks to the error: they may explain why nothing can be read. */
function withRemarks(error: unknown, remarks: readonly string[]): unknown {
  if (!(error instanceof DataError) || remarks.length === 0) return error;
  return new DataError(error.code, [error.message, ...remarks].join('; '), { cause: error });
}

function itemsRemarks({ path, titles, broken, encoding }: ItemsFile, { domain }: ReadReport): string[] {
  const remarks: string[] = [];
  const others = domain.catalogue.length - titles.size;
  if (others > 0)
    remarks.push(
      `${others} items of the rows are not in ${path}: the catalogue lists them after the others, without titles`,
    );
  if (encoding !== 'utf-8') remarks.push(`${path} is not UTF-8: its titles are read as ${encoding}`);
  if (broken) remarks.push(`${path}, line ${broken.line}: ${broken.reason}; ${broken.count} of its lines are left out`);
  return remarks;
}
