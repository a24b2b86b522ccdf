/**
 * Co-signatures: every member signs the manifest, and no process uses a manifest that lacks a member's signature.
 *
 * A member's own signature is its pin. A member signs after its people have compared the manifest's words
 * (manifest-words.ts) with the others. So a manifest with the member's signature holds the keys that it compared. A party
 * that passes the file on, such as the coordinator, cannot put other keys into it.
 * @module
 */
import nacl from 'tweetnacl';
import { FederationError } from './errors.ts';
import { publicEntry } from './identity.ts';
import type { Identity } from './identity.ts';
import { canonicalManifest, COORDINATOR } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** Domain separation: no other signature by a member's key begins with these bytes. */
const CONTEXT = new TextEncoder().encode('isthmus manifest 2\n');

export interface Member {
  readonly name: string;
  /** Ed25519 public key, base64. */
  readonly identity: string;
}

/** All members that must sign: the coordinator, then the platforms in the manifest's order. */
export function membersOf({ coordinator, platforms }: Manifest): readonly Member[] {
  return [{ name: COORDINATOR, identity: coordinator.identity }, ...platforms];
}

/**
 * The member whose key file this is, found by its keys.
 * @throws FederationError MANIFEST_MEMBER if the manifest does not name it, or holds another key under its name.
 */
export function memberOf(manifest: Manifest, own: Identity): string {
  const { name, identity, seal } = publicEntry(own);
  const { federation, coordinator, platforms } = manifest;
  const isCoordinator = name === COORDINATOR;
  const entry = isCoordinator ? { ...coordinator, seal } : platforms.find((platform) => platform.name === name);
  if (entry === undefined) {
    const known = platforms.map((platform) => platform.name).join(', ');
    throw new FederationError(
      'MANIFEST_MEMBER',
      `the key file belongs to "${name}", which is not in the manifest of federation "${federation}": it names ${known}`,
    );
  }
  const differs = [...(identity === entry.identity ? [] : ['identity']), ...(seal === entry.seal ? [] : ['seal'])];
  if (differs.length === 0) return name;
  throw new FederationError(
    'MANIFEST_MEMBER',
    `the key file of "${name}" has another ${differs.join(' and ')} key than the manifest of federation "${federation}": somebody put other keys under this name, or the key file is not the one whose public half was handed in`,
  );
}

/** One member's signature, base64. @throws FederationError MANIFEST_MEMBER */
export function coSign(manifest: Manifest, own: Identity): { readonly member: string; readonly signature: string } {
  const member = memberOf(manifest, own);
  const signature = nacl.sign.detached(signedBytes(manifest), own.identity.secretKey);
  return { member, signature: Buffer.from(signature).toString('base64') };
}

/** The manifest with the signatures of all these members. @throws FederationError MANIFEST_MEMBER. */
export function signedBy(manifest: Manifest, members: readonly Identity[]): Manifest {
  const added = members.map((own) => coSign(manifest, own));
  const signatures = Object.fromEntries(added.map(({ member, signature }) => [member, signature]));
  return { ...manifest, signatures: { ...manifest.signatures, ...signatures } };
}

/** Names of the members whose signature is missing, in the order of `membersOf`. */
export function missingSignatures(manifest: Manifest): readonly string[] {
  return membersOf(manifest).flatMap(({ name }) => (Object.hasOwn(manifest.signatures, name) ? [] : [name]));
}

/**
 * Checks every signature that is present.
 * @throws FederationError MANIFEST_SIGNATURE with the names of the wrong ones.
 */
export function verifySignatures(manifest: Manifest): void {
  const keys = new Map(membersOf(manifest).map(({ name, identity }) => [name, identity]));
  const bytes = signedBytes(manifest);
  const bad = Object.entries(manifest.signatures).flatMap(([name, signature]) => {
    const key = keys.get(name);
    return key !== undefined && fits(bytes, signature, key) ? [] : [name];
  });
  if (bad.length === 0) return;
  throw new FederationError(
    'MANIFEST_SIGNATURE',
    `the signature of ${bad.join(', ')} does not fit the manifest of federation "${manifest.federation}": the manifest was changed after it was signed, or the signature is of another one. Nobody may use it: have a new manifest made and accepted`,
  );
}

/**
 * Checks that every member has signed. A process must also ask its record of versions (versions.ts) before it uses the
 * manifest.
 * @throws FederationError MANIFEST_UNSIGNED with the missing names; MANIFEST_SIGNATURE.
 */
export function verifyManifest(manifest: Manifest): void {
  verifySignatures(manifest);
  const missing = missingSignatures(manifest);
  if (missing.length === 0) return;
  throw new FederationError(
    'MANIFEST_UNSIGNED',
    `the manifest of federation "${manifest.federation}" lacks the signature of ${missing.join(', ')}: each member signs with "isthmus manifest accept", and "isthmus manifest collect" brings the signatures together`,
  );
}

function fits(bytes: Uint8Array, signature: string, key: string): boolean {
  const [signed, publicKey] = [signature, key].map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  return signed.length === nacl.sign.signatureLength && nacl.sign.detached.verify(bytes, signed, publicKey);
}

function signedBytes(manifest: Manifest): Uint8Array {
  return new Uint8Array(Buffer.concat([CONTEXT, canonicalManifest(manifest)]));
}
