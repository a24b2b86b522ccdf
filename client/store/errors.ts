/**
 * Errors of the platform's store.
 * @module
 */
export type StoreErrorCode =
  | 'STORE_MISSING'
  | 'STORE_LOCKED'
  | 'STORE_UNWRITABLE'
  | 'STORE_FULL'
  | 'STORE_CORRUPT'
  | 'STORE_VERSION'
  | 'STORE_FOREIGN'
  | 'STORE_CLOSED';

/** `code` is stable, `message` names cause and remedy. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
