/**
 * Reads and writes manifests and signatures on disk. They are public files, written whole or not at all.
 * @module
 */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { parseManifest } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { readNamedFile, systemReason } from '../host/files.ts';
import { CommandError } from './errors.ts';

/** @throws HostError MANIFEST_UNREADABLE; FederationError MANIFEST_SYNTAX, MANIFEST_INVALID */
export function manifestIn(file: string): Manifest {
  return parseManifest(readNamedFile(file, 'MANIFEST_UNREADABLE'), file);
}

/** Writes a file, replacing an older one. @throws CommandError with that code. */
export function writeWhole(
  file: string,
  text: string,
  code: 'INIT_UNWRITABLE' | 'MANIFEST_UNWRITABLE' | 'VOCABULARY_UNWRITABLE',
): void {
  const next = `${file}.next`;
  try {
    writeFileSync(next, text);
    renameSync(next, file);
  } catch (cause) {
    // Removes an incomplete file, as a full disk leaves one. A folder of this name was there before.
    if (statSync(next, { throwIfNoEntry: false })?.isFile() === true) rmSync(next);
    throw new CommandError(code, `cannot write ${file}: ${systemReason(cause)}`, { cause });
  }
}
