/**
 * Compares the packages that a manifest names with those that this process's operator allowed. All members must run the
 * same code: otherwise their plans and claims would differ.
 * @module
 */
import { PackageError } from '../packages/errors.ts';
import { formatPackage } from '../packages/package-id.ts';
import type { PackageId } from '../packages/package-id.ts';
import { loadedPackages, packageOf } from '../packages/pieces.ts';
import type { EncoderSpec } from '../transfer/encoder.ts';
import type { Manifest } from './manifest-schema.ts';

/**
 * @throws PackageError PACKAGE_NOT_ALLOWED if a package of the manifest is not allowed here; PACKAGE_DIFFERS if it is
 *   allowed here with another version or hash.
 */
export function checkPackages({ packages = [] }: Manifest): void {
  for (const named of packages) {
    const ours = loadedPackages().find(({ name }) => name === named.name);
    if (ours === undefined) {
      throw new PackageError(
        'PACKAGE_NOT_ALLOWED',
        `the manifest uses package ${named.name} version ${named.version}, which is not allowed here: install it, read its code, and allow it with --allow '${formatPackage(named)}'`,
      );
    }
    if (formatPackage(ours) !== formatPackage(named)) {
      throw new PackageError(
        'PACKAGE_DIFFERS',
        `the manifest uses ${formatPackage(named)}, and ${formatPackage(ours)} is allowed here: all members of a federation must run the same code; install and allow the manifest's package`,
      );
    }
  }
}

/** The packages that a manifest must name for its encoder and release mode. @throws PackageError PACKAGE_NOT_ALLOWED. */
export function packagesFor({ views, training }: EncoderSpec, release: string): readonly PackageId[] {
  const used = [
    ...views.map(({ name }) => packageOf('views', name)),
    ...(training ? [packageOf('trainings', training.name)] : []),
    packageOf('releaseModes', release),
  ].filter((id) => id !== undefined);
  return used.filter((id, index) => used.indexOf(id) === index);
}
