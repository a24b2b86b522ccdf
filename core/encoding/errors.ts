/**
 * Errors for values that have no exact encoding.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const EncodingError = errorsOf('EncodingError', {
  ENCODING_FIELD_RANGE: { kind: 'input', about: 'a number cannot be encoded exactly' },
});
export type EncodingError = InstanceType<typeof EncodingError>;
