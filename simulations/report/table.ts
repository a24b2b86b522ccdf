/**
 * The tables that end a run, one a target, for a terminal and for the report: methods down, metrics across, both kinds of
 * negatives.
 * @module
 */
import { NEIGHBOURS } from '../../core/claims/claims.ts';
import { downward, upward } from '../../core/accounting/printed-epsilon.ts';
import type { PrivacyRow, ResultRow, Results } from '../results.ts';

export interface Table {
  readonly target: string;
  readonly columns: readonly string[];
  readonly lines: readonly TableLine[];
}

export interface TableLine {
  readonly label: string;
  readonly isReference: boolean;
  readonly cells: readonly string[];
}

const METRICS = ['HR@10', 'NDCG@10'];
/** Zero lines first, then what was learnt, then the ceilings: the order in which a reader compares. */
const FIRST = ['random', 'popularity', 'prior', 'prior-count', 'local-only', 'user-knn'];
const LAST = ['ceiling', 'true-preference'];
export const REFERENCE_ROWS: readonly string[] = [...FIRST, ...LAST];

/** A method with what distinguishes its rows: release mode, epsilon, epsilon0. */
export function methodLabel(row: Pick<ResultRow, 'method' | 'release' | 'epsilon' | 'epsilon0'>): string {
  if (REFERENCE_ROWS.includes(row.method)) return row.method;
  const parts: string[] = [row.release];
  parts.push(row.epsilon === null ? 'no eps' : `eps ${trim(row.epsilon)}`);
  if (row.epsilon0 !== null) parts.push(`eps0 ${trim(row.epsilon0)}`);
  return `${row.method} (${parts.join(', ')})`;
}

/** What a table is about: who is recommended for, where, from what. */
export function directionText({
  target,
  sources,
  coldPersons,
  warmPersons,
}: Results['world']['directions'][number]): string {
  return `${coldPersons} cold persons, ${sources.join(' + ')} -> ${target}, ${warmPersons} known on both sides`;
}

export function resultsTables({ rows, world }: Pick<Results, 'rows' | 'world'>): readonly Table[] {
  return world.directions.map(({ target }) => tableOf(target, rows));
}

function tableOf(target: string, all: readonly ResultRow[]): Table {
  const rows = all.filter((row) => row.target === target && row.group === 'all' && METRICS.includes(row.metric));
  const columns = distinct(rows.map(columnOf));
  const labels = distinct(rows.map(methodLabel));
  const rank = (label: string): number => {
    if (FIRST.includes(label)) return FIRST.indexOf(label);
    return LAST.includes(label) ? 1000 + LAST.indexOf(label) : 100;
  };
  const ordered = labels
    .map((label, index) => ({ label, index }))
    .sort((a, b) => rank(a.label) - rank(b.label) || a.index - b.index);
  return {
    target,
    columns,
    lines: ordered.map(({ label }) => ({
      label,
      isReference: rank(label) !== 100,
      cells: columns.map((column) => cell(rows.find((row) => methodLabel(row) === label && columnOf(row) === column))),
    })),
  };
}

/** Plain text with aligned columns. */
export function formatTable(table: Table): string {
  const width = Math.max(6, ...table.lines.map((line) => line.label.length));
  const widths = table.columns.map((column, index) =>
    Math.max(column.length, ...table.lines.map((line) => line.cells[index].length)),
  );
  const line = (label: string, cells: readonly string[]): string =>
    `  ${label.padEnd(width)}  ${cells.map((text, index) => text.padStart(widths[index])).join('  ')}`;
  const rule = `  ${'-'.repeat(width)}  ${widths.map((w) => '-'.repeat(w)).join('  ')}`;
  const body: string[] = [];
  for (const [index, current] of table.lines.entries()) {
    const previous = table.lines.at(index - 1);
    if (index > 0 && previous !== undefined && previous.isReference !== current.isReference) body.push(rule);
    body.push(line(current.label, current.cells));
  }
  return [line('method', table.columns), rule, ...body].join('\n');
}

function columnOf(row: ResultRow): string {
  return `${row.metric} ${row.negatives}${row.twins === 'without' ? ', no twins' : ''}`;
}

function cell(row: ResultRow | undefined): string {
  if (row === undefined) return '-';
  const mean = row.mean.toFixed(3).replace(/^0/, '');
  return row.std === null ? mean : `${mean} ±${row.std.toFixed(3).replace(/^0/, '')}`;
}

/** What was spent, and against how many colluding platforms it holds. */
export function privacyLine(row: PrivacyRow): string {
  if (row.epsilon === null) {
    return row.budget === null ? 'NO PRIVACY: no noise, no bound' : 'no differential-privacy bound';
  }
  const bound = row.epsilon;
  const colluders = row.epsilonAgainst.flatMap((epsilon, count) => (epsilon <= bound * (1 + 1e-9) ? [count] : []));
  const most = Math.max(0, ...colluders);
  const parts = [
    `epsilon ${upward(row.epsilon)} at delta ${row.delta}`,
    `against the coordinator and up to ${most} colluding platform${most === 1 ? '' : 's'}`,
    `z = ${downward(row.noiseMultiplier)}`,
    row.rounds === 0 ? 'no rounds' : `${row.rounds} round${row.rounds === 1 ? '' : 's'}`,
    `at least ${row.honestMinimum} honest platform${row.honestMinimum === 1 ? '' : 's'} in a sum`,
    `noise of ${row.noiseShares} share${row.noiseShares === 1 ? '' : 's'}`,
    row.accountant,
  ];
  return parts.join(', ');
}

/** The terms that the claims of a run are in. */
export function termsLine({ unit, maxPlatformsPerPerson, mechanism }: PrivacyRow): string {
  return `Unit: ${unit}. Neighbours: ${NEIGHBOURS}, on at most ${maxPlatformsPerPerson} platforms. Mechanism: ${mechanism}.`;
}

/** What no ledger of the runs counts: a line for each strategy, or one where it is the same for all. */
export function notChargedLines(rows: readonly PrivacyRow[]): readonly string[] {
  const lines = rows.map(({ strategy, notCharged }) => ({ strategy, text: notCharged.join('; ') }));
  const texts = distinct(lines.map(({ text }) => text));
  return texts.map((text) => {
    const whose = distinct(lines.filter((line) => line.text === text).map(({ strategy }) => strategy));
    return `Not charged${texts.length === 1 ? '' : ` (${whose.join(', ')})`}: ${text}.`;
  });
}

const trim = (value: number): string => String(Number(value.toPrecision(4)));

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
