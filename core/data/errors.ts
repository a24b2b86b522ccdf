/**
 * Error codes of data that cannot be used.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const DataError = errorsOf('DataError', {
  DATA_EMPTY: { kind: 'input', about: 'a file or a domain holds no interaction that counts' },
  DATA_HEADER: { kind: 'input', about: 'the columns of a file are not the ones asked for' },
  DATA_FORMAT_UNKNOWN: { kind: 'input', about: 'neither the name nor the content of a file shows its format' },
  DATA_FORMAT_BROKEN: { kind: 'input', about: 'a file is not what its name or its first bytes say' },
  DATA_UNREADABLE: { kind: 'input', about: 'a data file does not exist or cannot be read' },
  DATA_TWO_FILES: { kind: 'input', about: 'two files could be meant, and nobody said which' },
  DATA_NO_READING: { kind: 'input', about: 'there is no reading file beside the data' },
  DATA_READING: { kind: 'input', about: 'a reading file is not in its format' },
  DATA_READING_CHANGED: { kind: 'input', about: 'the reading file is not the one that the platform started with' },
  DATA_CATALOGUE: { kind: 'input', about: 'the catalogue is not the one that the reading file was written with' },
  DATA_UNWRITABLE: { kind: 'resource', about: 'a reading file or a catalogue cannot be written' },
  DATA_VOCABULARY: { kind: 'input', about: 'a vocabulary file is not in its format, or not the one of the manifest' },
  DATA_MODEL: { kind: 'input', about: 'a folder of a sentence model cannot be used' },
  DATA_UNKNOWN_ID: { kind: 'input', about: 'an id is not in the domain' },
  DATA_NO_OVERLAP: { kind: 'input', about: 'too few persons are known on both sides' },
  DATA_OPTION: { kind: 'usage', about: 'an option of reading or splitting is outside its range' },
});
export type DataError = InstanceType<typeof DataError>;
