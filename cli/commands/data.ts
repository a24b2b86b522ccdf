/**
 * `isthmus data`: inspects data before it is used.
 * @module
 */
import { Command } from 'commander';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Inspected } from '../../client/data/inspect.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import type { WrittenReading } from '../../client/data/reading-file.ts';
import { describeDomain, overlaps } from '../../core/data/describe.ts';
import type { DomainFigures, Overlap, Quantiles } from '../../core/data/describe.ts';
import { DataError } from '../../core/data/errors.ts';
import { columnText, likesText, timeText } from '../../core/data/reading-text.ts';
import type { Reading } from '../../core/data/reading.ts';
import { badRowText } from '../../core/data/rows.ts';
import type { BadRow } from '../../core/data/rows.ts';
import { text } from '../arguments.ts';
import { readerOptions, withReaderOptions } from '../reader-options.ts';
import type { ReaderOptions } from '../reader-options.ts';
import { adoptCommand } from './data-adopt.ts';
import { dataEmbedCommand } from './data-embed.ts';
import { dataExportCommand } from './data-export.ts';
import { dataSampleCommand } from './data-sample.ts';
import { dataVocabularyCommand } from './data-vocabulary.ts';

interface InspectOptions extends ReaderOptions {
  readonly json?: true;
  readonly out?: string;
  readonly dryRun?: true;
}

/** The document of `isthmus data inspect --json`; its schema is docs/schemas/data-inspect.json. */
export interface InspectDocument {
  readonly sources: readonly InspectedSource[];
  readonly overlaps: readonly Overlap[];
}

export interface InspectedSource extends DomainFigures {
  readonly name: string;
  readonly path: string;
  readonly format: string;
  readonly reading: Reading;
  /** Columns that are not read. */
  readonly unread: readonly string[];
  readonly remarks: readonly string[];
  /** The file that titles come from; null if there is none. */
  readonly itemsFile: string | null;
  /** The reading file that was written; null if nothing was written. */
  readonly readingFile: string | null;
  /** The catalogue that was written; null if nothing was written, or if the file of items is the catalogue. */
  readonly catalogueFile: string | null;
  readonly rows: number;
  readonly repeats: number;
  readonly disliked: number;
  readonly bad: number;
  readonly badRows: readonly { readonly file?: string; readonly line: number; readonly reason: string }[];
}

export function dataCommand(): Command {
  return new Command('data')
    .description('inspect data before it is used, and write down how it is read')
    .addCommand(inspectCommand())
    .addCommand(adoptCommand())
    .addCommand(dataVocabularyCommand())
    .addCommand(dataEmbedCommand())
    .addCommand(dataSampleCommand())
    .addCommand(dataExportCommand());
}

function inspectCommand(): Command {
  return withReaderOptions(new Command('inspect'))
    .description(
      'show which column is which, count persons, items and interactions, and write the reading file for "isthmus platform"',
    )
    .argument(
      '<source...>',
      'TSV, CSV, MovieLens .dat, RecBole .inter, JSON lines (also .gz), Parquet; .sql, a query of a database; a folder of MovieLens, RecBole or part files',
    )
    .option('--out <file>', 'the reading file, of one source (default: SOURCE.reading.yaml)', text)
    .option('--dry-run', 'write nothing')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  isthmus data inspect books.tsv music.tsv
  isthmus data inspect export.csv --columns person=customer,item=sku
  isthmus data inspect ratings.txt --columns person=0,item=1,timestamp=none --delimiter blank --min-rating 4
  isthmus data inspect ml-100k/ml-100k.inter
  SHOP=postgres://me@localhost/shop isthmus data inspect shop.sql

A .sql file names the environment variable with the database's address, and then one query:
  -- connection: SHOP
  SELECT customer AS person, product AS item, bought_at AS time FROM purchases`,
    )
    .action(async (sources: string[], options: InspectOptions) => {
      const document = await inspectSources(sources, options);
      process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : inspectText(document));
    });
}

/** Inspects the sources and, except in a dry run, writes their reading files. @throws DataError */
export async function inspectSources(
  sources: readonly string[],
  options: Omit<InspectOptions, 'json'>,
): Promise<InspectDocument> {
  const { out, dryRun } = options;
  if (out !== undefined && sources.length > 1) {
    throw new DataError(
      'DATA_OPTION',
      '--out names the reading file of a single source: inspect the sources one by one',
    );
  }
  const inspected: Inspected[] = [];
  for (const source of sources) inspected.push(await inspectSource(source, readerOptions(options)));
  const documents: InspectedSource[] = [];
  for (const one of inspected) {
    const path = out ?? readingPathOf(one.source.path);
    documents.push(documentOf(one, dryRun === true ? undefined : await writeReading(one, path)));
  }
  return { sources: documents, overlaps: overlaps(inspected.map(({ report }) => report.domain)) };
}

function documentOf(
  { source, reading, format, unread, remarks, items, report }: Inspected,
  written: WrittenReading | undefined,
): InspectedSource {
  const { domain, rows, repeats, disliked, bad, badRows } = report;
  return {
    name: domain.name,
    path: source.path,
    format,
    reading,
    unread,
    remarks,
    itemsFile: items?.path ?? null,
    readingFile: written?.path ?? null,
    catalogueFile: written?.cataloguePath ?? null,
    rows,
    repeats,
    disliked,
    bad,
    badRows: badRows.map(shownRow),
    ...describeDomain(domain),
  };
}

function shownRow(row: BadRow): InspectedSource['badRows'][number] {
  const { file, line } = row;
  return { ...(file !== undefined && { file }), line, reason: badRowText(row) };
}

/** The document as text for a terminal. */
export function inspectText({ sources, overlaps: shared }: InspectDocument): string {
  const lines = sources.flatMap((source) => [...sourceLines(source), '']);
  if (shared.length > 0) {
    const names = shared.map(({ domains }) => domains.join(' + '));
    const width = Math.max(...names.map((name) => name.length));
    lines.push(
      `Persons known on several (equal ids mean the same person; in brackets: with ${shared[0].minInteractions} interactions or more on each)`,
    );
    shared.forEach(({ persons, eligible, shareOfSmallest }, i) => {
      lines.push(
        `  ${names[i].padEnd(width)}  ${count(persons).padStart(9)}  (${count(eligible)})  ` +
          `${percent(shareOfSmallest)} of the smallest`,
      );
    });
    if (shared.every(({ persons }) => persons === 0)) {
      lines.push('  nobody: nothing can be transferred. Do person ids mean the same person in every source?');
    }
    lines.push('');
  }
  return lines.join('\n');
}

function sourceLines(source: InspectedSource): string[] {
  const { longTail, timeSpan, ratings, reading } = source;
  const line = (label: string, value: string): string => `  ${label.padEnd(14)}${value}`;
  const { person, item } = reading.columns;
  return [
    `${source.name}  (${source.path}, ${source.format})`,
    line('person', columnText(person)),
    line('item', columnText(item)),
    line('rating', likesText(reading)),
    line('time', timeText(reading)),
    line('not read', source.unread.length === 0 ? 'no column' : columnList(source.unread)),
    line('titles', source.itemsFile === null ? 'none: no file of items beside the data' : `from ${source.itemsFile}`),
    ...source.remarks.map((remark) => line('!', remark)),
    '',
    line('persons', count(source.persons)),
    line('items', count(source.items) + (source.titled > 0 ? `, ${count(source.titled)} with a title` : '')),
    line('interactions', `${count(source.interactions)}, density ${percent(source.density)}`),
    line('a person has', quantilesText(source.histories)),
    line('an item has', quantilesText(source.perItem)),
    line(
      'long tail',
      `the top 1 % of items hold ${percent(longTail.top1PercentShare)}, the top 10 % ` +
        `${percent(longTail.top10PercentShare)} of the interactions; Gini ${longTail.gini.toFixed(2)}`,
    ),
    ...(timeSpan
      ? [line('times', `${day(timeSpan.first)} to ${day(timeSpan.last)}${partly(timeSpan.knownShare)}`)]
      : []),
    ...(ratings
      ? [
          line(
            'ratings',
            `${ratings.min} to ${ratings.max}, mean ${ratings.mean.toFixed(2)}${partly(ratings.knownShare)}; ` +
              'they only decide if a row counts',
          ),
        ]
      : []),
    line(
      'rows',
      `${count(source.rows)}: ${count(source.bad)} bad${source.bad > 0 ? ` (${percent(source.bad / source.rows)}, left out)` : ''}, ` +
        `${count(source.repeats)} repeats (the latest counts), ${count(source.disliked)} with a rating that is not a like`,
    ),
    ...source.badRows.map(
      ({ file, line: at, reason }) => `    ${file === undefined ? '' : `${file}, `}line ${at}: ${reason}`,
    ),
    ...(source.bad > source.badRows.length ? [`    and ${count(source.bad - source.badRows.length)} more`] : []),
    ...writtenLines(source).map((text) => line('written', text)),
  ];
}

function writtenLines({ readingFile, catalogueFile, itemsFile }: InspectedSource): string[] {
  if (readingFile === null) return [];
  const catalogue =
    catalogueFile === null
      ? `${String(itemsFile)} is its catalogue`
      : `${catalogueFile}: its catalogue, ${itemsFile === null ? 'the items of the rows' : 'the items of that file and of the rows'}`;
  return [`${readingFile}: the reading file for "isthmus platform"`, catalogue];
}

function columnList(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name));
  return names.length > 12 ? `${shown.join(', ')} and ${names.length - 12} more` : shown.join(', ');
}

function quantilesText({ min, p10, median, mean, p90, max }: Quantiles): string {
  return `${min} to ${count(max)} interactions (10 %: ${p10}, median ${median}, 90 %: ${p90}, mean ${mean.toFixed(1)})`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function percent(x: number): string {
  return `${Number((100 * x).toPrecision(3))} %`;
}

function partly(knownShare: number): string {
  return knownShare < 1 ? `, known for ${percent(knownShare)}` : '';
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10);
}
