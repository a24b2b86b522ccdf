/**
 * The first table of a run: methods in families, with what is told of a person, the epsilon, the quality and its gain over the
 * prior.
 * @module
 */
import { FEW_PERSONS, LEAST_CLAIMED, mayBeClaimed } from '../../core/evaluation/gains.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import type { GainRow, Results } from '../results.ts';
import { figure, gainText, headlines, signedFigure, toldCell } from './headline.ts';
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
export function familyColumns({ config, gains }: Pick<Results, 'gains' | 'config'>): readonly string[] {
  const over = gains.at(0)?.over ?? 'prior';
  const columns = ['told of a person', 'epsilon', 'NDCG@10', `over ${over === 'prior' ? 'the prior' : over}`];
  return config['ablate'] === true ? [...columns, 'no guard'] : columns;
}

const SAME_LIST = ['random', 'popularity', 'prior', 'prior-count', 'local-only'];
const IN_ONE_PLACE = ['user-knn', 'ceiling'];

export function familiesOf(results: Pick<Results, 'rows' | 'gains' | 'config'>, target: string): readonly Family[] {
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
  const isAblated = results.config['ablate'] === true;
  return families
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines, told]) => ({
      name,
      lines: lines.flatMap((line) => [
        lineOf(line, told, isAblated ? unguarded(line, all) : undefined),
        ...ablationsOf(line, all)
          .filter(({ ablation }) => ablation?.part !== 'guard')
          .map(ablatedLine),
      ]),
    }));
}

/** Rows of the same method with a mechanism switched off. */
function ablationsOf({ row }: Headline, all: readonly Headline[]): readonly Headline[] {
  // Plans for the same budget have slightly different epsilons because of rounding, so the printed epsilons are compared.
  const shown = ({ epsilon, epsilon0, release }: Headline['row']): string =>
    JSON.stringify([release, ...[epsilon, epsilon0].map((one) => (one === null ? null : upward(one)))]);
  return all.filter((one) => one.ablation?.of === row.method && shown(one.row) === shown(row));
}

/** The gain of the same method without its guard against negative transfer; empty for a method that has none. */
function unguarded(line: Headline, all: readonly Headline[]): string {
  const gain = ablationsOf(line, all).find(({ ablation }) => ablation?.part === 'guard')?.gain;
  return gain === undefined ? '' : signedFigure(gain.mean);
}

function lineOf(line: Headline, told: string, guard: string | undefined): FamilyLine {
  const { gain, isStrategy, row } = line;
  const over = row.method === 'prior' ? '' : gain === undefined ? '-' : markedGain(gain);
  const own = isStrategy ? [toldCell(line), row.epsilon === null ? 'no limit' : upward(row.epsilon)] : [told, ''];
  const cells = [...own, quality(row), over, ...(guard === undefined ? [] : [guard])];
  return { method: row.method, cells, isStrategy };
}

/** The line of a method without one of its mechanisms. An ablation of the guard has no line: it is a cell of the method's own line. */
function ablatedLine({ ablation, gain, row }: Headline): FamilyLine {
  const over = gain === undefined ? '-' : markedGain(gain);
  return { method: `  without ${ablation?.part ?? ''}`, cells: ['', '', quality(row), over, ''], isStrategy: false };
}

const quality = ({ mean, std }: Headline['row']): string =>
  std === null ? figure(mean) : `${figure(mean)} ±${figure(std)}`;

/** True if the interval lies above 0, but the test persons are too few for a gain of this size. */
const isUncertain = (gain: GainRow | undefined): boolean =>
  gain !== undefined && gain.low > 0 && !mayBeClaimed(gain, gain.persons);

const markedGain = (gain: GainRow): string => `${gainText(gain)}${isUncertain(gain) ? ' *' : ''}`;

/** Explains the lines of ablations, once each, and the gains that are not claimed. */
export function tableNotes(results: Pick<Results, 'rows' | 'gains' | 'config'>, target: string): readonly string[] {
  const all = headlines(results, target);
  const ablations = all.flatMap(({ ablation }) =>
    ablation === undefined ? [] : [`without ${ablation.part}: ${ablation.off}`],
  );
  const unclaimed = all.some(({ gain }) => isUncertain(gain))
    ? [
        `*: too few persons to tell; below ${FEW_PERSONS} test persons no gain below ${figure(LEAST_CLAIMED)} is claimed`,
      ]
    : [];
  return [
    ...[...new Set(ablations)].map((line) => line.replace('without guard:', 'no guard: the gain without')),
    ...unclaimed,
  ];
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
