/**
 * Farewells: a platform that leaves signs the number of attempts that its ledger holds charged. From then on its state takes
 * part in nothing of that version any more. So the version without the platform counts these attempts and no more.
 * @module
 */
import nacl from 'tweetnacl';
import { stringify } from 'yaml';
import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { FederationError } from './errors.ts';
import type { Identity } from './identity.ts';
import { manifestHash, parsed, platformOf } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { farewellSchema, platformName } from './manifest-fields.ts';
import type { Farewell } from './manifest-fields.ts';

/** Domain separation: no other signature by a member's key begins with these bytes. */
const CONTEXT = new TextEncoder().encode('isthmus farewell 1\n');

const fileSchema = farewellSchema.extend({
  federation: z.string(),
  /** SHA-256 of the manifest version that the platform leaves, lower-case hex. */
  manifest: z.string(),
  platform: platformName,
});

/** A farewell as a small public file, which the platform sends to the maker of the next version. */
export type FarewellFile = z.infer<typeof fileSchema>;

/** @param counts charges at rounds of this version in the platform's ledger, after which its state charges no more. */
export function signFarewell(manifest: Manifest, own: Identity, counts: Omit<Farewell, 'signature'>): FarewellFile {
  const { attempts, refunds } = counts;
  const bytes = signedBytes(manifest, own.name, counts);
  const signature = Buffer.from(nacl.sign.detached(bytes, own.identity.secretKey)).toString('base64');
  const { federation } = manifest;
  return { federation, manifest: hexHash(manifest), platform: own.name, attempts, refunds, signature };
}

export function formatFarewell(farewell: FarewellFile): string {
  return stringify(farewell, { lineWidth: 0 });
}

/** @param file name of the file for errors. @throws FederationError MANIFEST_SYNTAX, MANIFEST_INVALID. */
export function parseFarewell(text: string, file: string): FarewellFile {
  return parsed(fileSchema, text, file);
}

/**
 * The farewell in this file, for the version after `before`.
 * @throws FederationError FAREWELL_INVALID if the file names another version or no platform of it, or the signature is wrong.
 */
export function farewellTo(
  before: Manifest,
  { platform, attempts, refunds, signature, ...of }: FarewellFile,
  file: string,
): readonly [platform: string, farewell: Farewell] {
  const farewell = { attempts, refunds, signature };
  if (of.manifest !== hexHash(before)) {
    throw new FederationError(
      'FAREWELL_INVALID',
      `${file} is the farewell of ${platform} to another manifest (${of.manifest.slice(0, 16)}… of federation "${of.federation}", and not ${hexHash(before).slice(0, 16)}…): ask it for one to version ${before.version}`,
    );
  }
  checkSignature(before, platform, farewell);
  return [platform, farewell];
}

/**
 * Checks the farewells that a manifest holds to the version before it.
 * @param plannedRefunds F of the version before.
 * @throws FederationError FAREWELL_INVALID
 */
export function checkFarewells({ version, previous }: Manifest, plannedRefunds: number): void {
  for (const [platform, farewell] of Object.entries(previous?.farewells ?? {})) {
    if (previous === undefined) return;
    checkSignature(previous.manifest, platform, farewell);
    const { attempts, refunds } = farewell;
    if (attempts > previous.attempts) {
      throw new FederationError(
        'FAREWELL_INVALID',
        `${platform} left version ${version - 1} with ${attempts} attempts charged, and version ${version} leaves ${previous.attempts} to it: its plan would count too little. Have it made again with at least ${attempts} (isthmus manifest make --attempts-before ${attempts})`,
      );
    }
    if (refunds > plannedRefunds) {
      throw new FederationError(
        'FAREWELL_INVALID',
        `${platform} left version ${version - 1} with ${refunds} refunds, of which that version allows ${plannedRefunds}: make version ${version} without this farewell`,
      );
    }
  }
}

/** @throws FederationError FAREWELL_INVALID, FEDERATION_UNKNOWN_PLATFORM */
function checkSignature(before: Manifest, platform: string, { signature, ...counts }: Farewell): void {
  const key = new Uint8Array(Buffer.from(platformOf(before, platform).identity, 'base64'));
  const signed = new Uint8Array(Buffer.from(signature, 'base64'));
  const fits =
    signed.length === nacl.sign.signatureLength &&
    nacl.sign.detached.verify(signedBytes(before, platform, counts), signed, key);
  if (fits) return;
  throw new FederationError(
    'FAREWELL_INVALID',
    `the farewell of ${platform} to version ${before.version} of federation "${before.federation}" does not fit its signature: it was changed, or another party signed it. Ask ${platform} for its file again`,
  );
}

function signedBytes(manifest: Manifest, platform: string, counts: Omit<Farewell, 'signature'>): Uint8Array {
  const { attempts, refunds } = counts;
  const { federation } = manifest;
  const text = canonicalJson({ federation, manifest: hexHash(manifest), platform, attempts, refunds });
  return new Uint8Array(Buffer.concat([CONTEXT, new TextEncoder().encode(text)]));
}

function hexHash(manifest: Manifest): string {
  return Buffer.from(manifestHash(manifest)).toString('hex');
}
