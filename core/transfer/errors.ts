/**
 * Error codes of strategies, encoders and decoders.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const TransferError = errorsOf('TransferError', {
  TRANSFER_NOT_POSITIVE_DEFINITE: { kind: 'input', about: 'a system of equations has no stable solution' },
  TRANSFER_SHAPE: { kind: 'input', about: 'a shape does not fit: a platform, a matrix, a plan or a shared model' },
  TRANSFER_SETTING: { kind: 'input', about: 'a setting of a strategy is unknown or outside its range' },
  TRANSFER_DECODER_UNKNOWN: { kind: 'input', about: 'no readout or item space has this name' },
  TRANSFER_BASELINE_UNKNOWN: { kind: 'input', about: 'no baseline has this name' },
  TRANSFER_PIECE: { kind: 'input', about: 'an encoder is not written as one, or no view or training has this name' },
  TRANSFER_LAW: { kind: 'input', about: 'a piece of an encoder would see data that its law excludes' },
  TRANSFER_NO_TITLES: { kind: 'input', about: 'an item space or a view needs titles, and the domain has none' },
  TRANSFER_NO_VECTORS: { kind: 'input', about: 'a view needs item vectors from a file, and the platform has none' },
  TRANSFER_OTHER_VECTORS: { kind: 'input', about: 'item vectors were not made by what the members agreed on' },
  TRANSFER_EMPTY_DOMAIN: { kind: 'input', about: 'the domain has no interactions to learn from' },
  TRANSFER_NOT_PREPARED: { kind: 'input', about: 'the strategy was asked for what it has not made on this platform' },
  TRANSFER_CANCELLED: { kind: 'federation', about: 'the work was cancelled before it ended' },
});
export type TransferError = InstanceType<typeof TransferError>;
