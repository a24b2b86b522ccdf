/**
 * Errors of the coordinator.
 * @module
 */
export type CoordinatorErrorCode =
  /** The key file belongs to someone else than the manifest's coordinator. */
  | 'COORDINATOR_IDENTITY'
  /** A file that was named cannot be read. */
  | 'COORDINATOR_FILE'
  /** Another program listens on the port. */
  | 'PORT_IN_USE'
  /** This user may not open the port. */
  | 'LISTEN_FORBIDDEN'
  /** The host is no address of this machine. */
  | 'LISTEN_ADDRESS'
  /** The log file cannot be written. */
  | 'LOG_UNWRITABLE'
  | StoreErrorCode;

export type StoreErrorCode =
  /** Another coordinator holds it. */
  | 'STORE_LOCKED'
  /** It belongs to another federation, or was made by another plan. */
  | 'STORE_FOREIGN'
  | 'STORE_UNWRITABLE'
  | 'STORE_FULL'
  | 'STORE_CORRUPT'
  /** Its layout is another version's. */
  | 'STORE_VERSION'
  /** What was asked contradicts what is recorded. */
  | 'STORE_CONFLICT'
  | 'STORE_CLOSED';

/** `code` is stable, `message` names cause and remedy. */
export class CoordinatorError extends Error {
  override readonly name = 'CoordinatorError';
  readonly code: CoordinatorErrorCode;

  constructor(code: CoordinatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a store is asked to record contradicts what it holds. */
export function conflict({ round, attempt }: { round: number; attempt: number }, why: string): CoordinatorError {
  return new CoordinatorError('STORE_CONFLICT', `round ${round}, attempt ${attempt}: ${why}`);
}
