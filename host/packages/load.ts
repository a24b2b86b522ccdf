/**
 * Loads the packages that the operator allowed, after their versions and hashes were compared. Nothing is fetched. Code of an
 * allowed package runs in this process with all of its rights.
 * @module
 */
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../core/errors/coded-error.ts';
import { PackageError } from '../../core/packages/errors.ts';
import { formatPackage, parsePackage } from '../../core/packages/package-id.ts';
import type { PackageId } from '../../core/packages/package-id.ts';
import { addPackage, loadedPackages } from '../../core/packages/pieces.ts';
import type { GivenPieces } from '../../core/packages/pieces.ts';
import { findPackage, readPackageFolder, uncoveredFiles } from './package-folder.ts';

/** Names the allowed packages, separated by blanks. Child processes and threads inherit it and load the same. */
export const ALLOW_VARIABLE = 'ISTHMUS_ALLOW';

/**
 * Loads each package once, for this process and for the processes and threads that it starts later.
 * @throws PackageError PACKAGE_OPTION, PACKAGE_MISSING, PACKAGE_CHANGED, PACKAGE_BROKEN.
 */
export async function loadPackages(allowed: readonly PackageId[]): Promise<void> {
  for (const id of allowed) {
    if (loadedPackages().some((known) => formatPackage(known) === formatPackage(id))) continue;
    addPackage(id, await piecesOf(id));
  }
  const all = loadedPackages().map(formatPackage);
  if (all.length > 0) process.env[ALLOW_VARIABLE] = all.join(' ');
}

/** Loads the packages that the environment names: those of the operator's unit file, or of the parent process. */
export async function loadInheritedPackages(): Promise<void> {
  const texts = (process.env[ALLOW_VARIABLE] ?? '').split(/\s+/).filter((text) => text !== '');
  await loadPackages(texts.map(parsePackage));
}

async function piecesOf(id: PackageId): Promise<GivenPieces> {
  const folder = readPackageFolder(findPackage(id.name));
  if (formatPackage(folder.id) !== formatPackage(id)) {
    throw new PackageError(
      'PACKAGE_CHANGED',
      `${formatPackage(id)} is allowed, and ${formatPackage(folder.id)} is installed in ${folder.path}: install the allowed one, or read the code of the other and allow that`,
    );
  }
  const uncovered = uncoveredFiles(folder).at(0);
  if (uncovered !== undefined) {
    throw new PackageError(
      'PACKAGE_BROKEN',
      `${folder.path} holds ${uncovered}, which the hash does not cover: install the package from its tarball`,
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(folder.entry).href)) as typeof module;
  } catch (error) {
    throw new PackageError('PACKAGE_BROKEN', `${folder.entry} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
  if (typeof module.default !== 'object' || module.default === null) {
    throw new PackageError('PACKAGE_BROKEN', `${folder.entry} has no default export with pieces by kind`);
  }
  return module.default as GivenPieces;
}
