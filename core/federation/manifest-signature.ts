/**
 * The manifest's signature: Ed25519 by the coordinator's identity over a context line and the canonical manifest, so that
 * it can be mistaken for no other signature of that key.
 * @module
 */
import nacl from 'tweetnacl';
import { FederationError } from './errors.ts';
import type { Identity } from './identity.ts';
import { canonicalManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';

const CONTEXT = new TextEncoder().encode('isthmus manifest 1\n');

/** @throws FederationError MANIFEST_SIGNER when the identity is not the coordinator that the manifest names. */
export function signManifest(manifest: Manifest, coordinator: Identity): Manifest {
  const own = Buffer.from(coordinator.identity.publicKey).toString('base64');
  if (own !== manifest.coordinator.identity) {
    throw new FederationError(
      'MANIFEST_SIGNER',
      `identity "${coordinator.name}" (${own}) is not the coordinator of this manifest (${manifest.coordinator.identity}): sign with the coordinator's key file`,
    );
  }
  const signature = nacl.sign.detached(signedBytes(manifest), coordinator.identity.secretKey);
  return { ...manifest, signature: Buffer.from(signature).toString('base64') };
}

/** @throws FederationError MANIFEST_UNSIGNED, MANIFEST_SIGNATURE. */
export function verifyManifest(manifest: Manifest): void {
  if (manifest.signature === undefined) {
    throw new FederationError('MANIFEST_UNSIGNED', 'the manifest is not signed: run "isthmus manifest sign" on it');
  }
  const signature = new Uint8Array(Buffer.from(manifest.signature, 'base64'));
  const key = new Uint8Array(Buffer.from(manifest.coordinator.identity, 'base64'));
  if (
    signature.length !== nacl.sign.signatureLength ||
    !nacl.sign.detached.verify(signedBytes(manifest), signature, key)
  ) {
    throw new FederationError(
      'MANIFEST_SIGNATURE',
      'the signature does not fit the manifest: it was changed after it was signed. Take it from the coordinator again, or have it signed with "isthmus manifest sign"',
    );
  }
}

function signedBytes(manifest: Manifest): Uint8Array {
  return new Uint8Array(Buffer.concat([CONTEXT, canonicalManifest(manifest)]));
}
