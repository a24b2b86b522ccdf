/**
 * Errors of the transfer room.
 * @module
 */

export type TransferErrorCode =
  | 'TRANSFER_NOT_POSITIVE_DEFINITE'
  | 'TRANSFER_SHAPE'
  | 'TRANSFER_SETTING'
  | 'TRANSFER_STRATEGY_UNKNOWN'
  | 'TRANSFER_BASELINE_UNKNOWN'
  | 'TRANSFER_EMPTY_DOMAIN'
  | 'TRANSFER_NOT_PREPARED'
  | 'TRANSFER_CANCELLED';

/** A transfer error: `code` is stable, `message` names the cause and the remedy. */
export class TransferError extends Error {
  readonly code: TransferErrorCode;
  constructor(code: TransferErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransferError';
    this.code = code;
  }
}
