/**
 * @module
 */

/** An error of a simulation's options or course; `code` is stable, the message names cause and remedy. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
