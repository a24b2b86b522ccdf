/**
 * A row of a SQLite table, read by column name and type.
 * @module
 */
import { StoreError } from '../errors/store-errors.ts';

/** Every reader throws StoreError STORE_CORRUPT if the column has a value of another type. */
export class Row {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
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

  /** Reads a number, as `integer` does. The name says which type the column has. */
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

  #unexpected(column: string): StoreError {
    const value = this.#values[column];
    const found = value === null ? 'null' : typeof value;
    return new StoreError('STORE_CORRUPT', `the store's column ${column} holds ${found}`);
  }
}
