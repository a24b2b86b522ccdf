/**
 * Errors of the tensor engine.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const TensorError = errorsOf('TensorError', {
  TENSOR_BACKEND_UNAVAILABLE: { kind: 'resource', about: 'no tensor backend that was asked for runs on this machine' },
  TENSOR_BACKEND_SWITCHED: { kind: 'resource', about: 'the process changed its tensor backend after training began' },
});
export type TensorError = InstanceType<typeof TensorError>;
