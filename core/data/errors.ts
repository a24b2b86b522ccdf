/**
 * @module
 */

export type DataErrorCode =
  /** A file or a domain without a single interaction that counts. */
  | 'DATA_EMPTY'
  /** The columns are not the ones asked for. */
  | 'DATA_HEADER'
  /** Neither name nor content tell a format. */
  | 'DATA_FORMAT_UNKNOWN'
  /** The file is not what its name or first bytes say. */
  | 'DATA_FORMAT_BROKEN'
  /** No such file, or it cannot be read. */
  | 'DATA_UNREADABLE'
  /** There is no reading file beside the data. */
  | 'DATA_NO_READING'
  /** A reading file that is none. */
  | 'DATA_READING'
  /** The reading file is not the one that the platform started with. */
  | 'DATA_READING_CHANGED'
  /** The catalogue is not the one that the reading file was written with. */
  | 'DATA_CATALOGUE'
  /** A reading file or a catalogue cannot be written. */
  | 'DATA_UNWRITABLE'
  /** An id that is not in the domain. */
  | 'DATA_UNKNOWN_ID'
  /** Nobody is known on both sides. */
  | 'DATA_NO_OVERLAP'
  /** An option outside its range. */
  | 'DATA_OPTION';

/** Data that cannot be used: `code` is stable, the message names cause and remedy. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly code: DataErrorCode;

  constructor(code: DataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
