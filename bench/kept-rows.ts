/** Rows of a long bench, kept as JSON lines as they end: a later run continues, and an interrupted one loses no row. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { flag, number, word } from './options.ts';
import type { Asked } from './options.ts';

interface Keeping {
  readonly rows: string;
  readonly resume: boolean;
  readonly minutes: number;
}

/** The options of a bench that keeps rows. @param rows the file, if none is named. */
export const keeping = (rows: string): { readonly [Key in keyof Keeping]: Asked<Keeping[Key]> } => ({
  minutes: number('after them no new row begins', 600),
  rows: word('every row that ended is kept here at once, as a line of JSON', rows, 'file'),
  resume: flag('the rows of the file are not computed again; without it the file is removed'),
});

/** @typeParam Key the part of a row that says what was measured, before it is. */
export class KeptRows<Key, Row extends Key> {
  readonly #file: string;
  readonly #until: number;
  readonly #keyOf: (row: Key) => string;
  readonly #rows: Map<string, Row>;

  constructor({ minutes, resume, rows }: Keeping, keyOf: (row: Key) => string) {
    this.#file = rows;
    this.#until = performance.now() + 60_000 * minutes;
    this.#keyOf = keyOf;
    mkdirSync(dirname(rows), { recursive: true });
    if (!resume) rmSync(rows, { force: true });
    this.#rows = new Map(readRows<Row>(rows).map((row) => [keyOf(row), row]));
  }

  /** In the order in which they ended. */
  get all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** True if no new row may begin. */
  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  has(key: Key): boolean {
    return this.find(key) !== undefined;
  }

  find(key: Key): Row | undefined {
    return this.#rows.get(this.#keyOf(key));
  }

  add(row: Row): void {
    this.#rows.set(this.#keyOf(row), row);
    appendFileSync(this.#file, `${JSON.stringify(row)}\n`);
  }
}

/** A line that was cut off while it was written is not a row. */
function readRows<Row>(file: string): Row[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Row];
    } catch {
      return [];
    }
  });
}
