/**
 * Judges an answer to a reference row.
 * @module
 */
import { epsilonFromRdp } from '../../accounting/conversion.ts';
import { logMoment } from '../../accounting/rdp-subsampled-gaussian.ts';
import { conservativeLogMoment } from './conservative-series.ts';
import { evaluate } from './evaluate.ts';
import type { Answer } from './evaluate.ts';
import { leastLogMoment } from './moment-floor.ts';
import { GOOGLE_ORDERS } from './reference-orders.ts';
import { RowReader } from './reference-row.ts';
import type { ReferenceRow } from './reference-row.ts';

/**
 * `ok`: the answer is within the row's tolerance. `upper-bound`: the row's figure is itself a bound with a known margin, and the
 * answer is below it by no more than that. `out`: neither. `unsupported`: there is no answer.
 */
export type Outcome = 'ok' | 'upper-bound' | 'out' | 'unsupported';

export interface Verdict {
  readonly id: string;
  readonly group: string;
  readonly outcome: Outcome;
  readonly expected: number | readonly number[];
  /** The answer; empty if unsupported. */
  readonly ours: readonly number[];
  /** Largest |ours - expected|; NaN if unsupported. */
  readonly difference: number;
  /** Reason for an outcome that does not follow from the tolerance alone. */
  readonly reason?: string;
}

/** PRV accountants add a declared error of 0.01 to the exact answer, twice if they bound a composition from both sides. */
const PRV_MARGIN = 0.0215;

/** Relative tolerance for double precision in sums of a thousand terms. */
const FLOOR_ROUNDING = 1e-9;

export function judge(row: ReferenceRow): Verdict {
  return judgeAnswer(row, evaluate(row));
}

/** Judges an answer to a row, this project's or another accountant's. */
export function judgeAnswer(row: ReferenceRow, answer: Answer): Verdict {
  const expected = typeof row.expected === 'number' ? [row.expected] : row.expected;
  const base = { id: row.id, group: row.group, expected: row.expected };
  if (answer.kind === 'unsupported') {
    return { ...base, outcome: 'unsupported', ours: [], difference: NaN, reason: answer.reason };
  }
  const ours = answer.values;
  const difference = Math.max(...expected.map((value, i) => Math.abs(ours[i] - value)));
  const verdict = (outcome: Outcome, reason?: string): Verdict => ({
    ...base,
    outcome,
    ours,
    difference,
    ...(reason === undefined ? {} : { reason }),
  });
  if (ours.length !== expected.length || ours.some((value) => Number.isNaN(value))) {
    return verdict('out', `${ours.length} numbers for ${expected.length}`);
  }
  const { tolerance } = row;
  if (tolerance.must_be_below === true) {
    return ours[0] < expected[0] ? verdict('ok') : verdict('out', 'not below');
  }
  if (tolerance.must_be_at_least !== undefined) {
    if (ours[0] < tolerance.must_be_at_least) return verdict('out', 'below the lower bracket');
    return ours[0] <= expected[0] + 1e-6 ? verdict('ok') : verdict('out', 'above the upper bracket');
  }
  if (isPrv(row)) {
    return ours[0] <= expected[0] && ours[0] >= expected[0] - PRV_MARGIN
      ? verdict('upper-bound', 'the reference includes its own error margin')
      : verdict('out', `not within ${PRV_MARGIN} below a PRV bound`);
  }
  const within = expected.every(
    (value, i) => Math.abs(ours[i] - value) <= Math.max(tolerance.abs ?? 0, (tolerance.rel ?? 0) * Math.abs(value)),
  );
  if (within) return verdict('ok');
  const series = conservativeSeries(row);
  if (series === null) return verdict('out');
  return ours[0] <= expected[0] && ours[0] >= series.floor * (1 - FLOOR_ROUNDING)
    ? verdict('upper-bound', 'the reference drops the signs of its series at fractional orders; ours is exact')
    : verdict('out', `not between ${series.floor} and a bound by a series without its signs`);
}

/** Number of rows with each outcome. */
export function countOutcomes(verdicts: readonly Verdict[]): Readonly<Record<Outcome, number>> {
  const counts = { ok: 0, 'upper-bound': 0, out: 0, unsupported: 0 };
  for (const { outcome } of verdicts) counts[outcome]++;
  return counts;
}

function isPrv(row: ReferenceRow): boolean {
  return row.tolerance.applies_to === 'PRV implementation' || row.group === 'opacus-prv';
}

/**
 * Recognises a figure that the conservative series gives. Such a figure is too large, so an answer below it may be correct.
 * Returns a floor below which no correct answer is; null for any other figure.
 */
function conservativeSeries(row: ReferenceRow): { readonly floor: number } | null {
  if (typeof row.expected !== 'number') return null;
  const reader = new RowReader(row);
  const theirs = answerWith(reader, signlessMoment);
  if (theirs === null) return null;
  const { abs = 0, rel = 0 } = row.tolerance;
  if (Math.abs(theirs - row.expected) > Math.max(abs, rel * Math.abs(row.expected))) return null;
  // Epsilon at one order grows with the moment, so that the minimum of lower bounds over the orders is a lower bound as well.
  return { floor: answerWith(reader, leastLogMoment) ?? 0 };
}

/** At integer orders every term of the series is positive. */
function signlessMoment(order: number, rate: number, noiseMultiplier: number): number {
  return (Number.isInteger(order) ? logMoment : conservativeLogMoment)(order, rate, noiseMultiplier);
}

/** The answer to a row with these moments; null for groups whose references do not use the conservative series. */
function answerWith(row: RowReader, logMomentAt: typeof logMoment): number | null {
  const rate = row.numberOr('q', 1);
  // Without sampling there is no series.
  if (rate <= 0 || rate >= 1) return null;
  const rdp = (order: number, sigma: number): number =>
    (row.number('steps') * logMomentAt(order, rate, sigma)) / (order - 1);
  switch (row.row.group) {
    case 'rdp-subsampled-gaussian':
      return rdp(row.asked('order'), row.number('sigma'));
    case 'dpsgd-rdp':
      return Math.min(
        ...GOOGLE_ORDERS.map((order) =>
          epsilonFromRdp(order, rdp(order, row.number('effective_sigma')), row.asked('delta')),
        ),
      );
    default:
      return null;
  }
}
