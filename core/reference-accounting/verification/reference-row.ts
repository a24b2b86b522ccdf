/**
 * Reference figures with which an accountant is compared: the format of a file of rows, and errors for a file that breaks it.
 * @module
 */
import { z } from 'zod';
import { AccountantError } from '../../accounting/errors.ts';
import { messageOf } from '../../errors/coded-error.ts';

const Row = z.object({
  id: z.string().min(1),
  group: z.string().min(1),
  mechanism: z.string().optional(),
  params: z.record(z.string(), z.unknown()),
  query: z.object({ what: z.string() }).catchall(z.unknown()),
  expected: z.union([z.number(), z.array(z.number()).min(1)]),
  expected_interval: z.tuple([z.number(), z.number()]).optional(),
  tolerance: z.object({
    abs: z.number().nonnegative().optional(),
    rel: z.number().nonnegative().optional(),
    must_be_below: z.boolean().optional(),
    must_be_at_least: z.number().optional(),
    applies_to: z.string().optional(),
  }),
  kind: z.string().optional(),
  source: z.unknown().optional(),
  note: z.string().optional(),
});

/** One reference figure: a mechanism, a question about it, the answer, and the tolerance for another accountant's answer. */
export type ReferenceRow = z.infer<typeof Row>;

export interface ReferenceFile {
  readonly title: string;
  readonly rows: readonly ReferenceRow[];
}

/** @throws AccountantError REFERENCE_MALFORMED naming the first offending row. */
export function parseReferenceFile(text: string): ReferenceFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AccountantError('REFERENCE_MALFORMED', `not JSON: ${messageOf(error)}`);
  }
  const envelope = z.object({ title: z.string().optional(), rows: z.array(z.unknown()) }).safeParse(json);
  if (!envelope.success)
    throw new AccountantError('REFERENCE_MALFORMED', 'expected an object with an array "rows" in it');
  const seen = new Set<string>();
  const rows = envelope.data.rows.map((value, i) => {
    const row = Row.safeParse(value);
    if (!row.success)
      throw new AccountantError('REFERENCE_MALFORMED', `${nameOf(value, i)}: ${z.prettifyError(row.error)}`);
    if (seen.has(row.data.id)) throw new AccountantError('REFERENCE_MALFORMED', `row ${row.data.id} occurs twice`);
    seen.add(row.data.id);
    return row.data;
  });
  return { title: envelope.data.title ?? 'untitled', rows };
}

function nameOf(value: unknown, index: number): string {
  const named = z.object({ id: z.string() }).safeParse(value);
  return named.success ? `row ${named.data.id}` : `row number ${index + 1} (no id)`;
}

/** Reads a row's parameters and query. A value that is missing or of another type is an error that names the row. */
export class RowReader {
  readonly row: ReferenceRow;

  constructor(row: ReferenceRow) {
    this.row = row;
  }

  number(name: string): number {
    const value = this.row.params[name];
    if (typeof value !== 'number') throw this.#error(`params.${name}`, value, 'a number');
    return value;
  }

  numberOr(name: string, otherwise: number): number {
    const value = this.row.params[name];
    return value === undefined || value === null ? otherwise : this.number(name);
  }

  numbers(name: string, from: unknown = this.row.params[name]): readonly number[] {
    const value = z.array(z.number()).safeParse(from);
    if (!value.success) throw this.#error(`params.${name}`, from, 'an array of numbers');
    return value.data;
  }

  list(name: string): readonly unknown[] {
    const value = this.row.params[name];
    if (!Array.isArray(value)) throw this.#error(`params.${name}`, value, 'an array');
    return value;
  }

  text(name: string): string {
    const value = this.row.params[name];
    if (typeof value !== 'string') throw this.#error(`params.${name}`, value, 'a string');
    return value;
  }

  asked(name: string): number {
    const value = this.row.query[name];
    if (typeof value !== 'number') throw this.#error(`query.${name}`, value, 'a number');
    return value;
  }

  /** A reader for one element of a list parameter, which must be an object. */
  inside(name: string, value: unknown): RowReader {
    const params = z.record(z.string(), z.unknown()).safeParse(value);
    if (!params.success) throw this.#error(`params.${name}`, value, 'objects');
    return new RowReader({ ...this.row, params: params.data });
  }

  #error(what: string, value: unknown, expected: string): AccountantError {
    const found = value === undefined ? 'missing' : JSON.stringify(value);
    return new AccountantError('REFERENCE_MALFORMED', `row ${this.row.id}: ${what} is ${found}, expected ${expected}`);
  }
}
