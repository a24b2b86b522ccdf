/**
 * Errors about packages from outside this repository, whose strategies, release modes, stores, transports or readers a
 * process uses.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const PackageError = errorsOf('PackageError', {
  PACKAGE_OPTION: { kind: 'usage', about: 'a package is not named as name@version#hash, or two versions of one are' },
  PACKAGE_NOT_ALLOWED: { kind: 'usage', about: 'a name belongs to a package that the operator has not allowed' },
  PACKAGE_PIECE_UNKNOWN: { kind: 'input', about: 'an allowed package has no piece of this name' },
  PACKAGE_MISSING: { kind: 'input', about: 'an allowed package is not installed; nothing is ever fetched' },
  PACKAGE_CHANGED: { kind: 'input', about: 'an installed package has another version or hash than the allowed one' },
  PACKAGE_BROKEN: { kind: 'input', about: 'a package cannot be loaded, or a piece of it is not what it must be' },
  PACKAGE_DIFFERS: { kind: 'federation', about: 'the manifest names another version or hash of a package' },
});
export type PackageError = InstanceType<typeof PackageError>;
