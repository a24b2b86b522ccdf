/**
 * Errors of a process to which the machine refuses a port, a log or a file that it was told to use.
 * @module
 */
import { errorsOf } from '../../core/errors/coded-error.ts';

export const HostError = errorsOf('HostError', {
  PORT_IN_USE: { kind: 'resource', about: 'another program listens on the port' },
  LISTEN_FORBIDDEN: { kind: 'resource', about: 'this user may not open the port' },
  LISTEN_ADDRESS: { kind: 'resource', about: 'the host is not an address of this machine' },
  LOG_UNWRITABLE: { kind: 'resource', about: 'the log cannot be written' },
  MANIFEST_UNREADABLE: { kind: 'input', about: 'the manifest file does not exist or cannot be read' },
  FILE_UNWRITABLE: {
    kind: 'resource',
    about: 'a file cannot be written: its disk is full, or this user may not write it',
  },
  FILE_UNREADABLE: { kind: 'input', about: 'a file named on the command line does not exist or cannot be read' },
  IDENTITY_UNREADABLE: { kind: 'input', about: 'a key file does not exist or cannot be read' },
  TOKEN_UNUSABLE: { kind: 'resource', about: 'the file of an HTTP token cannot be used' },
  IDENTITY_EXISTS: { kind: 'input', about: 'a key file exists already, and keys are never overwritten' },
  IDENTITY_UNWRITABLE: { kind: 'resource', about: 'a key file cannot be written' },
});
export type HostError = InstanceType<typeof HostError>;
