/**
 * The tables that end a run, one per target, for a terminal and for the report: a row per method, a column per metric
 * and kind of negatives.
 * @module
 */
import { OWN_ROWS } from './own-rows.ts';
import { NEIGHBOURS } from '../../core/claims/claims.ts';
import { downward, upward } from '../../core/accounting/printed-epsilon.ts';
import { TOLD_BITS } from '../../core/evaluation/results.ts';
import { baselines } from '../../core/transfer/baselines/registry.ts';
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

const METRICS = ['HR@10', 'NDCG@10', 'Precision@10', 'Recall@10', 'F1@10', TOLD_BITS];
/** The order in which a reader compares: the simplest baselines first, then the strategies, then the upper bounds. */
const FIRST = ['random', 'popularity', 'prior', 'prior-count', 'local-only', 'user-knn'];
const LAST = ['ceiling', 'true-preference'];
export const REFERENCE_ROWS: readonly string[] = [...FIRST, OWN_ROWS, ...LAST];

/** The name of a method with its release mode, epsilon and epsilon0, which distinguish its rows. */
export function methodLabel(row: Pick<ResultRow, 'method' | 'release' | 'epsilon' | 'epsilon0'>): string {
  if (REFERENCE_ROWS.includes(row.method)) return row.method;
  const parts: string[] = [row.release];
  parts.push(row.epsilon === null ? 'no eps' : `eps ${trim(row.epsilon)}`);
  if (row.epsilon0 !== null) parts.push(`eps0 ${trim(row.epsilon0)}`);
  return `${row.method} (${parts.join(', ')})`;
}

/** Describes the direction of a table: the cold persons, the sources, the target. */
export function directionText(
  { target, sources, coldPersons, warmPersons }: Results['world']['directions'][number],
  protocol = 'sampled',
): string {
  if (protocol === 'cold-platform') {
    return `${target} with ${warmPersons} persons of its own, and ${coldPersons} who arrive; ${sources.join(', ')} contribute`;
  }
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

/** Explains the reference rows of a table, one line each. */
export function referenceLines({ lines }: Table): readonly string[] {
  const summaries = new Map([...baselines, OWN, TRUE_PREFERENCE].map(({ name, summary }) => [name, summary]));
  const shown = lines.filter(({ label }) => summaries.has(label)).map(({ label }) => label);
  const width = Math.max(0, ...shown.map((label) => label.length));
  return shown.map((label) => `  ${label.padEnd(width)}  ${summaries.get(label) ?? ''}`);
}

const OWN = {
  name: OWN_ROWS,
  summary: 'the platform alone: neighbours and popularity from its own persons, without noise',
};

const TRUE_PREFERENCE = {
  name: 'true-preference',
  summary: 'the preferences that the synthetic world was drawn from: the best possible result',
};

function columnOf(row: ResultRow): string {
  if (row.metric === TOLD_BITS) return 'told, bits';
  return `${row.metric} ${row.negatives}${row.twins === 'without' ? ', no twins' : ''}`;
}

function cell(row: ResultRow | undefined): string {
  if (row === undefined) return '-';
  if (row.metric === TOLD_BITS) return String(Math.round(row.mean));
  const mean = row.mean.toFixed(3).replace(/^0/, '');
  return row.std === null ? mean : `${mean} ±${row.std.toFixed(3).replace(/^0/, '')}`;
}

/** The epsilon of a run, and the number of colluding platforms against which it holds. */
export function privacyLine(row: PrivacyRow): string {
  if (row.epsilon === null) {
    return row.budget === null ? 'NO PRIVACY: no noise, no bound' : 'no differential-privacy bound';
  }
  if (row.epsilon === 0) return 'epsilon 0: nothing is trained, and no vector uses the data of another person';
  const bound = row.epsilon;
  const colluders = row.epsilonAgainst.flatMap((epsilon, count) => (epsilon <= bound * (1 + 1e-9) ? [count] : []));
  const most = Math.max(0, ...colluders);
  const parts = [
    `epsilon ${upward(row.epsilon)} at delta ${row.delta}`,
    `against the coordinator and up to ${most} colluding platform${most === 1 ? '' : 's'}`,
    `noise multiplier ${downward(row.noiseMultiplier)}`,
    row.rounds === 0 ? 'no rounds' : `${row.rounds} round${row.rounds === 1 ? '' : 's'}`,
    `at least ${row.honestMinimum} honest platform${row.honestMinimum === 1 ? '' : 's'} in a sum`,
    `noise spread over ${row.noiseShares} platform${row.noiseShares === 1 ? '' : 's'}`,
    `accountant ${row.accountant}`,
  ];
  return parts.join(', ');
}

/** The terms that a run's claims use. */
export function termsLine({ unit, maxPlatformsPerPerson, mechanism }: PrivacyRow): string {
  return `Unit: ${unit}. Neighbours: ${NEIGHBOURS}, on at most ${maxPlatformsPerPerson} platforms. Mechanism: ${mechanism}.`;
}

/** Lists the data that no ledger of the runs counts: once if it is the same for all strategies, else per strategy. */
export function notChargedLines(rows: readonly PrivacyRow[]): readonly string[] {
  const lists = distinct(rows.map(({ notCharged }) => JSON.stringify(notCharged)));
  return lists.flatMap((list) => {
    const same = rows.filter(({ notCharged }) => JSON.stringify(notCharged) === list);
    const whose = lists.length === 1 ? '' : ` (${distinct(same.map(({ strategy }) => strategy)).join(', ')})`;
    return [`Not charged${whose}: no ledger counts the following.`, ...same[0].notCharged.map((text) => `  - ${text}`)];
  });
}

const trim = (value: number): string => String(Number(value.toPrecision(4)));

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
