/**
 * Deletes what a platform holds of former members when a version of the manifest begins.
 * @module
 */
import type { Manifest } from '../core/federation/manifest.ts';
import { lineageOf } from '../core/federation/versions.ts';
import type { PlatformStore } from './store/platform-store.ts';

/**
 * A peer with another identity in an earlier version has lost its state. So its earlier letter key is no longer used, and its
 * earlier releases are deleted, because it could not withdraw them any more. This runs once per version. Releases of platforms
 * that left are dropped by the desks, which know this version's members.
 */
export function forgetFormerKeys(
  manifest: Manifest,
  { versions, letterKeys, received }: Pick<PlatformStore, 'versions' | 'letterKeys' | 'received'>,
): void {
  const { version, platforms } = manifest;
  const inForce = versions.all().flatMap((one) => (one.standing === 'in-force' ? [one.version] : []));
  if (inForce.includes(version)) return;
  // Identities that were exchanged before the last version in force were forgotten when that began.
  const last = Math.max(0, ...inForce);
  const earlier = lineageOf(manifest).flatMap((one) => (one.version < last ? [] : one.platforms));
  for (const { name, identity } of platforms) {
    if (earlier.every((one) => one.name !== name || one.identity === identity)) continue;
    const key = letterKeys.peer(name);
    if (key !== undefined) letterKeys.setPeer(name, { ...key, until: 0 });
    for (const batch of received.batches()) if (batch.source === name) received.drop(name, batch);
  }
}
