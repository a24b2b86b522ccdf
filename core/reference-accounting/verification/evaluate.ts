/**
 * Computes our own answer to a reference row.
 * @module
 */
import type { Evaluator } from './evaluator.ts';
import { FEDERATED_ROWS } from './federated-rows.ts';
import { GAUSSIAN_ROWS } from './gaussian-rows.ts';
import { NOISE_ROWS } from './noise-rows.ts';
import { RowReader } from './reference-row.ts';
import type { ReferenceRow } from './reference-row.ts';

const EVALUATORS = new Map<string, Evaluator>(Object.entries({ ...GAUSSIAN_ROWS, ...NOISE_ROWS, ...FEDERATED_ROWS }));

/** Reasons why groups are left out on purpose. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'opacus-gdp': 'a central-limit approximation, not a bound: it under-reports',
  'mf-coefficients': 'matrix factorisation is not a mechanism of this project',
  'mf-banded-sqrt': 'matrix factorisation is not a mechanism of this project',
  'pld-truncated-subsampled-gaussian': 'batches cut to a largest size are not a mechanism of this project',
};

export type Answer =
  | { readonly kind: 'value'; readonly values: readonly number[] }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** @throws AccountantError REFERENCE_MALFORMED if a parameter that the row's group needs is missing or of another type. */
export function evaluate(row: ReferenceRow): Answer {
  const evaluator = EVALUATORS.get(row.group);
  if (evaluator === undefined) {
    return { kind: 'unsupported', reason: LEFT_OUT[row.group] ?? `no evaluator for group ${row.group}` };
  }
  const value = evaluator(new RowReader(row));
  if (value === null) return { kind: 'unsupported', reason: 'the accountant has no bound for this mechanism' };
  return { kind: 'value', values: typeof value === 'number' ? [value] : value };
}
