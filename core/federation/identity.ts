/**
 * Identities of platforms and the coordinator: an Ed25519 pair for signing, and an X25519 pair for opening letters.
 * This file has the file format; host/ reads and writes the files.
 * @module
 */
import nacl from 'tweetnacl';
import { z } from 'zod';
import type { RandomSource } from '../random/source.ts';
import { FederationError } from './errors.ts';

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export interface Identity {
  /** The platform's name, or `coordinator`. */
  readonly name: string;
  /** Ed25519: public key of 32 bytes, secret key of 64 (seed, public key). */
  readonly identity: KeyPair;
  /** X25519: 32 bytes each. */
  readonly seal: KeyPair;
}

export function generateIdentity(name: string, random: RandomSource): Identity {
  return {
    name,
    identity: nacl.sign.keyPair.fromSeed(random.bytes(nacl.sign.seedLength)),
    seal: nacl.box.keyPair.fromSecretKey(random.bytes(nacl.box.secretKeyLength)),
  };
}

/**
 * The key file's text: JSON with keys in base64. Anyone with it can act as the member, so only its owner may be able to
 * read the file.
 */
export function formatIdentity(identity: Identity): string {
  const pair = ({ publicKey, secretKey }: KeyPair): object => ({
    publicKey: toBase64(publicKey),
    secretKey: toBase64(secretKey),
  });
  const { name } = identity;
  const content = { isthmus: 'identity', name, identity: pair(identity.identity), seal: pair(identity.seal) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Reads a key file's text. No error message contains any of it.
 * @param file name of the file for errors.
 * @throws FederationError IDENTITY_INVALID.
 */
export function parseIdentity(text: string, file = 'identity file'): Identity {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalid(file, 'it is not JSON');
  }
  const result = identitySchema.safeParse(content);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => issue.path.map(String).join('.') || 'top level');
    throw invalid(file, `wrong or missing: ${problems.join(', ')}`);
  }
  const { name, identity, seal } = result.data;
  const made = nacl.sign.keyPair.fromSeed(identity.secretKey.subarray(0, nacl.sign.seedLength));
  if (!equal(made.secretKey, identity.secretKey) || !equal(made.publicKey, identity.publicKey)) {
    throw invalid(file, 'the public identity key does not belong to the secret one');
  }
  if (!equal(nacl.box.keyPair.fromSecretKey(seal.secretKey).publicKey, seal.publicKey)) {
    throw invalid(file, 'the public seal key does not belong to the secret one');
  }
  return { name, identity, seal };
}

/** The public half in the form of the manifest. */
export function publicEntry(identity: Identity): { name: string; identity: string; seal: string } {
  return {
    name: identity.name,
    identity: toBase64(identity.identity.publicKey),
    seal: toBase64(identity.seal.publicKey),
  };
}

function invalid(file: string, cause: string): FederationError {
  return new FederationError(
    'IDENTITY_INVALID',
    `${file} is not an Isthmus identity: ${cause}. Restore it from a backup, or make a new one with "isthmus init" and have a new manifest made with it`,
  );
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const bytes = (length: number): z.ZodType<Uint8Array> =>
  z
    .base64()
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
    .refine((key) => key.length === length);

const identitySchema = z.object({
  isthmus: z.literal('identity'),
  name: z.string().min(1),
  identity: z.object({ publicKey: bytes(32), secretKey: bytes(64) }),
  seal: z.object({ publicKey: bytes(32), secretKey: bytes(32) }),
});
