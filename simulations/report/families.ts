/**
 * The first table of a run: methods in families, with what is told of a person, the epsilon, the quality and its gain over the
 * prior.
 * @module
 */
import { upward } from '../../core/accounting/printed-epsilon.ts';
import type { Results } from '../results.ts';
import { figure, gainText, headlines, toldText } from './headline.ts';
import type { Headline } from './headline.ts';
import { OWN_ROWS } from './own-rows.ts';

export interface Family {
  readonly name: string;
  readonly lines: readonly FamilyLine[];
}

/** Cells in the order of {@link familyColumns}. */
export interface FamilyLine {
  readonly method: string;
  readonly cells: readonly string[];
  readonly isStrategy: boolean;
}

/** @param gains of the run: all are over the same method. */
export function familyColumns({ gains }: Pick<Results, 'gains'>): readonly string[] {
  const over = gains.at(0)?.over ?? 'prior';
  return ['told of a person', 'epsilon', 'NDCG@10', `over ${over === 'prior' ? 'the prior' : over}`];
}

const SAME_LIST = ['random', 'popularity', 'prior', 'prior-count', 'local-only'];
const IN_ONE_PLACE = ['user-knn', 'ceiling'];

export function familiesOf(results: Pick<Results, 'rows' | 'gains'>, target: string): readonly Family[] {
  const all = headlines(results, target);
  const named = (names: readonly string[]): Headline[] =>
    names.flatMap((name) => all.filter(({ row }) => row.method === name));
  const families: readonly (readonly [string, readonly Headline[], string])[] = [
    ['one list for everybody', named(SAME_LIST), 'nothing'],
    ['what the platform has by itself', named([OWN_ROWS]), 'nothing'],
    ['platforms that keep their data', all.filter(({ isStrategy }) => isStrategy), ''],
    ['all data in one place, no privacy', named(IN_ONE_PLACE), 'everything'],
    ['the preferences that the world was drawn from', named(['true-preference']), ''],
  ];
  return families
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines, told]) => ({ name, lines: lines.map((line) => lineOf(line, told)) }));
}

function lineOf({ gain, isStrategy, row }: Headline, told: string): FamilyLine {
  const quality = row.std === null ? figure(row.mean) : `${figure(row.mean)} ±${figure(row.std)}`;
  const over = row.method === 'prior' ? '' : gain === undefined ? '-' : gainText(gain);
  const own = isStrategy ? [toldText(row), row.epsilon === null ? 'no limit' : upward(row.epsilon)] : [told, ''];
  return { method: row.method, cells: [...own, quality, over], isStrategy };
}

/** Plain text with aligned columns. */
export function formatFamilies(families: readonly Family[], columns: readonly string[]): string {
  const lines = families.flatMap(({ lines: all }) => all);
  const width = Math.max(...lines.map(({ method }) => method.length + 2), 6);
  const widths = columns.map((column, c) => Math.max(column.length, ...lines.map(({ cells }) => cells[c].length)));
  const text = (method: string, cells: readonly string[]): string =>
    `  ${method.padEnd(width)}  ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')}`.trimEnd();
  return [
    text('', columns),
    ...families.flatMap(({ lines: own, name }) => [
      `  ${name}`,
      ...own.map((line) => text(`  ${line.method}`, line.cells)),
    ]),
  ].join('\n');
}
