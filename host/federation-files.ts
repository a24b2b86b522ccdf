/**
 * The files that every process of a federation reads: the manifest that all members have signed, and the process's own identity.
 * @module
 */
import { verifyManifest } from '../core/federation/co-signature.ts';
import { formatIdentity, parseIdentity } from '../core/federation/identity.ts';
import type { Identity } from '../core/federation/identity.ts';
import { parseManifest } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { readNamedFile, readSecret, writeSecret } from './files.ts';
import type { Log } from './log.ts';

/**
 * @param source says where a manifest comes from, at the end of an error's message.
 * @returns a manifest that all its members have signed.
 * @throws HostError MANIFEST_UNREADABLE; FederationError MANIFEST_SYNTAX, MANIFEST_INVALID, MANIFEST_UNSIGNED, MANIFEST_SIGNATURE
 */
export function readManifest(file: string, source: string): Manifest {
  const remedy = `name the signed manifest with --manifest; ${source}`;
  const manifest = parseManifest(readNamedFile(file, 'MANIFEST_UNREADABLE', remedy), file);
  verifyManifest(manifest);
  return manifest;
}

/**
 * Reads the identity of this process. Logs a warning if other users can read or change the file.
 * @throws HostError IDENTITY_UNREADABLE; FederationError IDENTITY_INVALID
 */
export function readIdentity(file: string, log: Log): Identity {
  const remedy = 'name a key file that "isthmus init" made, and that this user may read, with --identity';
  return parseIdentity(readSecret(file, remedy, log), file);
}

/** @throws HostError IDENTITY_EXISTS, IDENTITY_UNWRITABLE */
export function writeIdentity(file: string, identity: Identity): void {
  writeSecret(file, formatIdentity(identity));
}
