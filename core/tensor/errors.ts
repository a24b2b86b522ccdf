/**
 * Errors of the tensor engine.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const TensorError = errorsOf('TensorError', {
  TENSOR_BACKEND_UNAVAILABLE: { kind: 'resource', about: 'no tensor backend that was asked for runs on this machine' },
});
export type TensorError = InstanceType<typeof TensorError>;
