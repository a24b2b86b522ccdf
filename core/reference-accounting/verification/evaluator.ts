/**
 * The answer of this project to one row of a group of published figures. Types only.
 * @module
 */
import type { RowReader } from './reference-row.ts';

/** Returns one number, or as many as the row expects; null if the accountant has no answer. */
export type Evaluator = (row: RowReader) => number | readonly number[] | null;
