/**
 * @module
 */

/** An error a person can act on: `code` is stable, the message names cause and remedy. */
export class FederationError extends Error {
  override readonly name = 'FederationError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
