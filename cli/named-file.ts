/**
 * Text files that the command line names.
 * @module
 */
import { readFileSync } from 'node:fs';
import { systemReason } from '../client/key-file.ts';
import { HostError } from '../host/errors/host-errors.ts';

/** @param code what the error is known by. @throws HostError of that code. */
export function readNamedFile(file: string, code: 'MANIFEST_UNREADABLE' | 'FILE_UNREADABLE'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HostError(code, `cannot read ${file}: ${systemReason(cause)}`, { cause });
  }
}
