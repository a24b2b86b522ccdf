/**
 * The identity of one end of the wire, and the keys that it trusts, from its key file and the pinned manifest.
 * @module
 */
import type { WireIdentity } from '../wire/transport.ts';
import type { Identity } from './identity.ts';
import { manifestHash } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { lineageOf } from './versions.ts';

export function wireIdentity(manifest: Manifest, own: Identity): WireIdentity {
  const publicKey = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  return {
    name: own.name,
    secretKey: own.identity.secretKey,
    federation: manifest.federation,
    manifestHash: manifestHash(manifest),
    manifestVersion: manifest.version,
    publicKeys: new Map([
      ['coordinator', publicKey(manifest.coordinator.identity)],
      ...manifest.platforms.map(({ name, identity }) => [name, publicKey(identity)] as const),
    ]),
    formerKeys: new Map(
      lineageOf(manifest)
        .flatMap(({ platforms }) => platforms)
        .filter(({ name }) => !manifest.platforms.some((one) => one.name === name))
        .map(({ name, identity }) => [name, publicKey(identity)]),
    ),
  };
}
