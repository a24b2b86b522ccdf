/**
 * A manifest that the command line names.
 * @module
 */
import { readFileSync } from 'node:fs';
import { systemReason } from '../client/key-file.ts';
import { FederationError } from '../core/federation/errors.ts';

/** @throws FederationError MANIFEST_UNREADABLE. */
export function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FederationError('MANIFEST_UNREADABLE', `cannot read ${file}: ${systemReason(cause)}`, { cause });
  }
}
