/**
 * Whether a key file is the one whose public half the manifest holds.
 * @module
 */
import type { Identity } from '../core/federation/identity.ts';
import { platformOf } from '../core/federation/manifest.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { PlatformError } from './errors.ts';

/** @throws PlatformError PLATFORM_IDENTITY; FederationError FEDERATION_UNKNOWN_PLATFORM */
export function checkIdentity(manifest: Manifest, { name, identity, seal }: Identity): void {
  const entry = platformOf(manifest, name);
  const text = (key: Uint8Array): string => Buffer.from(key).toString('base64');
  const differs = [
    ...(text(identity.publicKey) === entry.identity ? [] : ['identity']),
    ...(text(seal.publicKey) === entry.seal ? [] : ['seal']),
  ];
  if (differs.length === 0) return;
  throw new PlatformError(
    'PLATFORM_IDENTITY',
    `the key file of "${name}" has another ${differs.join(' and ')} key than the manifest of "${manifest.federation}": use the key file whose public half the manifest holds, or have the manifest signed with the new one`,
  );
}
