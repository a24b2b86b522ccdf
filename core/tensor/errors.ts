/**
 * @module
 */

/** Codes: TENSOR_BACKEND_UNAVAILABLE, TENSOR_BACKEND_SWITCHED. */
export class TensorError extends Error {
  override readonly name = 'TensorError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
