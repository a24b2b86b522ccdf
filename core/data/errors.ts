/**
 * Data that cannot be used.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const DataError = errorsOf('DataError', {
  DATA_EMPTY: { kind: 'input', about: 'a file or a domain holds no interaction' },
  DATA_HEADER: { kind: 'input', about: 'the columns of a file are not the ones asked for' },
  DATA_TOO_MANY_BAD_ROWS: { kind: 'input', about: 'too large a share of the rows could not be read' },
  DATA_FORMAT_UNKNOWN: { kind: 'input', about: 'neither the name nor the content of a file tells its format' },
  DATA_FORMAT_BROKEN: { kind: 'input', about: 'a file is not what its name or its first bytes say' },
  DATA_UNREADABLE: { kind: 'input', about: 'a data file does not exist or cannot be read' },
  DATA_UNKNOWN_ID: { kind: 'input', about: 'an id is not in the domain' },
  DATA_NO_OVERLAP: { kind: 'input', about: 'too few persons are known on both sides' },
  DATA_OPTION: { kind: 'usage', about: 'an option of reading or splitting is outside its range' },
});
export type DataError = InstanceType<typeof DataError>;
