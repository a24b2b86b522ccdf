/**
 * One member's signature in a small public file, which the member sends to the collector of the signatures.
 * @module
 */
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { coSign, membersOf, verifySignatures } from './co-signature.ts';
import { FederationError } from './errors.ts';
import type { Identity } from './identity.ts';
import { COORDINATOR, manifestHash, platformName } from './manifest.ts';
import type { Manifest } from './manifest.ts';

const signatureSchema = z.strictObject({
  federation: z.string(),
  /** SHA-256 of the manifest, lower-case hex. */
  manifest: z.string(),
  member: z.union([z.literal(COORDINATOR), platformName]),
  signature: z.string(),
});

export type MemberSignature = z.infer<typeof signatureSchema>;

/** @throws FederationError MANIFEST_MEMBER */
export function memberSignature(manifest: Manifest, own: Identity): MemberSignature {
  return { federation: manifest.federation, manifest: hexHash(manifest), ...coSign(manifest, own) };
}

export function formatMemberSignature(signature: MemberSignature): string {
  return stringify(signature, { lineWidth: 0 });
}

/** @param file name of the file for errors. @throws FederationError SIGNATURE_INVALID. */
export function parseMemberSignature(text: string, file: string): MemberSignature {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    content = undefined;
  }
  const result = signatureSchema.safeParse(content);
  if (result.success) return result.data;
  throw new FederationError(
    'SIGNATURE_INVALID',
    `${file} is no signature of a manifest: name a file that "isthmus manifest accept" wrote`,
  );
}

/**
 * Adds this signature to the manifest.
 * @throws FederationError SIGNATURE_INVALID for a signature of another manifest or of a non-member; MANIFEST_SIGNATURE.
 */
export function withSignature(
  manifest: Manifest,
  { member, signature, ...of }: MemberSignature,
  file: string,
): Manifest {
  const refused = (why: string): FederationError => new FederationError('SIGNATURE_INVALID', `${file} ${why}`);
  if (of.manifest !== hexHash(manifest)) {
    throw refused(
      `is a signature of "${member}" over another manifest (${of.manifest.slice(0, 16)}… of federation "${of.federation}", and not ${hexHash(manifest).slice(0, 16)}…): ask the member to accept this one`,
    );
  }
  if (!membersOf(manifest).some(({ name }) => name === member)) {
    throw refused(`is a signature of "${member}", who is not in the manifest`);
  }
  verifySignatures({ ...manifest, signatures: { [member]: signature } });
  return { ...manifest, signatures: { ...manifest.signatures, [member]: signature } };
}

function hexHash(manifest: Manifest): string {
  return Buffer.from(manifestHash(manifest)).toString('hex');
}
