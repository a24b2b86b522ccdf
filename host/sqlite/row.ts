/**
 * A row of a SQLite file, read by column name and type.
 * @module
 */
import type { StoreTerms } from './errors.ts';

/** Readers throw the error of `terms`, STORE_CORRUPT, when the column holds another type. */
export class Row {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #terms: StoreTerms;

  constructor(values: Readonly<Record<string, unknown>>, terms: StoreTerms) {
    this.#values = values;
    this.#terms = terms;
  }

  isNull(column: string): boolean {
    return this.#values[column] === null;
  }

  text(column: string): string {
    const value = this.#values[column];
    if (typeof value === 'string') return value;
    throw this.#unexpected(column);
  }

  integer(column: string): number {
    const value = this.#values[column];
    if (typeof value === 'number') return value;
    throw this.#unexpected(column);
  }

  /** Like `integer`; the name tells the column's type. */
  real(column: string): number {
    return this.integer(column);
  }

  /** A copy, aligned for any typed array. */
  bytes(column: string): Uint8Array<ArrayBuffer> {
    const value = this.#values[column];
    if (value instanceof Uint8Array) return new Uint8Array(value);
    if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
    throw this.#unexpected(column);
  }

  #unexpected(column: string): Error {
    const value = this.#values[column];
    const found = value === null ? 'null' : typeof value;
    return this.#terms.error('STORE_CORRUPT', `the store's column ${column} holds ${found}`);
  }
}
