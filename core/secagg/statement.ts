/**
 * A platform's statement that it gave up an attempt: "I revealed no share in the attempt that I entered with these two public
 * keys, and they are gone." The platform signs it under its identity, so that everybody can count it towards a refund.
 * @module
 */
import { canonicalBytes } from '../encoding/canonical-bytes.ts';
import type { Field } from '../encoding/canonical-bytes.ts';
import type { CryptoEngine } from '../crypto/engine.ts';

/** An attempt as one platform entered it. A platform enters an attempt once, with these two public keys. */
export interface EnteredAttempt {
  /** `attemptKey` of core/secagg/parameters.ts: lower-case hex. */
  readonly attempt: string;
  readonly parametersHash: Uint8Array /* [32] */;
  readonly sealKey: Uint8Array /* [32] */;
  readonly maskKey: Uint8Array /* [32] */;
}

function toSign(federation: string, entered: EnteredAttempt): Uint8Array {
  const { attempt, parametersHash, sealKey, maskKey } = entered;
  const fields: readonly Field[] = [federation, attempt, parametersHash, sealKey, maskKey];
  return canonicalBytes('isthmus/gave-up', fields);
}

/**
 * Signs the statement. Call it only for a durable record that says "given up", after the attempt's secrets are wiped.
 * @param secretKey Ed25519, 64 bytes.
 */
export function signStatement(
  engine: Pick<CryptoEngine, 'sign'>,
  federation: string,
  entered: EnteredAttempt,
  secretKey: Uint8Array,
): Uint8Array /* [64] */ {
  return engine.sign(toSign(federation, entered), secretKey);
}

/** @param identity Ed25519, from the pinned manifest. */
export function verifyStatement(
  engine: Pick<CryptoEngine, 'verify'>,
  federation: string,
  entered: EnteredAttempt,
  signature: Uint8Array,
  identity: Uint8Array,
): boolean {
  return engine.verify(toSign(federation, entered), signature, identity);
}
