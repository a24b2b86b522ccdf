/**
 * `isthmus data`: looking at data before it is used.
 * @module
 */
import { Command } from 'commander';
import { openDomain } from '../../client/data/open.ts';
import type { OpenedDomain } from '../../client/data/open.ts';
import { describeDomain, overlaps } from '../../core/data/describe.ts';
import type { DomainFigures, Overlap, Quantiles } from '../../core/data/describe.ts';
import { badRowText } from '../../core/data/reading.ts';
import { readerOptions, withReaderOptions } from '../reader-options.ts';
import type { ReaderOptions } from '../reader-options.ts';

interface InspectOptions extends ReaderOptions {
  readonly json?: true;
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
  readonly rows: number;
  readonly repeats: number;
  readonly bad: number;
  readonly badRows: readonly { readonly line: number; readonly reason: string }[];
}

export function dataCommand(): Command {
  return new Command('data').description('look at data before it is used').addCommand(inspectCommand());
}

function inspectCommand(): Command {
  return withReaderOptions(new Command('inspect'))
    .description('persons, items, interactions, density, long tail, time span; overlap of several sources')
    .argument(
      '<source...>',
      'TSV, CSV, MovieLens .dat, JSON lines (also .gz), Parquet, or a folder with ratings.csv, ratings.dat or u.data',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  isthmus data inspect books.tsv music.tsv
  isthmus data inspect export.csv --columns person=customer,item=sku`,
    )
    .action(async (sources: string[], options: InspectOptions) => {
      const document = await inspectSources(sources, options);
      process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : inspectText(document));
    });
}

/** @throws DataError */
export async function inspectSources(sources: readonly string[], options: ReaderOptions): Promise<InspectDocument> {
  const opened: OpenedDomain[] = [];
  for (const source of sources) opened.push(await openDomain(source, readerOptions(options)));
  return {
    sources: opened.map(({ domain, path, format, rows, repeats, bad, badRows }) => ({
      name: domain.name,
      path,
      format,
      rows,
      repeats,
      bad,
      badRows: badRows.map((row) => ({ line: row.line, reason: badRowText(row) })),
      ...describeDomain(domain),
    })),
    overlaps: overlaps(opened.map(({ domain }) => domain)),
  };
}

/** The document as a person reads it. */
export function inspectText({ sources, overlaps: shared }: InspectDocument): string {
  const lines = sources.flatMap((source) => [...sourceLines(source), '']);
  if (shared.length > 0) {
    const names = shared.map(({ domains }) => domains.join(' + '));
    const width = Math.max(...names.map((name) => name.length));
    lines.push(
      `Known on several (the same id is the same person; with ${shared[0].minInteractions} interactions or more on each)`,
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
  const { longTail, timeSpan, ratings } = source;
  const line = (label: string, value: string): string => `  ${label.padEnd(14)}${value}`;
  return [
    `${source.name}  (${source.path}, ${source.format})`,
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
    line(
      'time',
      timeSpan
        ? `${day(timeSpan.first)} to ${day(timeSpan.last)}${partly(timeSpan.knownShare)}`
        : 'unknown: order is the file’s',
    ),
    line(
      'ratings',
      ratings
        ? `${ratings.min} to ${ratings.max}, mean ${ratings.mean.toFixed(2)}${partly(ratings.knownShare)}`
        : 'none',
    ),
    line('rows', `${count(source.rows)}, ${count(source.repeats)} repeats, ${count(source.bad)} bad`),
    ...source.badRows.map(({ line: at, reason }) => `    line ${at}: ${reason}`),
    ...(source.bad > source.badRows.length ? [`    and ${count(source.bad - source.badRows.length)} more`] : []),
  ];
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
