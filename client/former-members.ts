/**
 * What a platform forgets when a version of the manifest begins: the holder of a peer's earlier keys is no member any more.
 * @module
 */
import type { Manifest } from '../core/federation/manifest.ts';
import { lineageOf } from '../core/federation/versions.ts';
import type { PlatformStore } from './store/platform-store.ts';

/**
 * Peers that an earlier version names with another identity offer new keys for letters, and what they released with the
 * earlier identity is deleted: they have lost the state with which they could withdraw it. Once for each version; what of
 * platforms that left is dropped by the desks, which know this version's members.
 */
export function forgetFormerKeys(
  manifest: Manifest,
  { versions, letterKeys, received }: Pick<PlatformStore, 'versions' | 'letterKeys' | 'received'>,
): void {
  const { version, platforms } = manifest;
  if (versions.all().some((one) => one.version === version && one.standing === 'in-force')) return;
  const earlier = lineageOf(manifest).flatMap((one) => one.platforms);
  for (const { name, identity } of platforms) {
    if (earlier.every((one) => one.name !== name || one.identity === identity)) continue;
    const key = letterKeys.peer(name);
    if (key !== undefined) letterKeys.setPeer(name, { ...key, until: 0 });
    for (const batch of received.batches()) if (batch.source === name) received.drop(name, batch);
  }
}
