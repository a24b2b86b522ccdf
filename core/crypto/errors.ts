/**
 * Errors of the primitives, for arguments that they refuse. The text never contains key material.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const CryptoError = errorsOf('CryptoError', {
  CRYPTO_KEY_SIZE: { kind: 'input', about: 'a key or a nonce has the wrong length' },
  CRYPTO_LOW_ORDER_POINT: { kind: 'input', about: 'a public key is a point of low order' },
  CRYPTO_KEYSTREAM_LENGTH: { kind: 'input', about: 'a caller asked for a keystream of no bytes, or of too many' },
});
export type CryptoError = InstanceType<typeof CryptoError>;

/** @throws CryptoError CRYPTO_KEY_SIZE naming the argument that has another length. */
export function requireLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new CryptoError('CRYPTO_KEY_SIZE', `${name} has ${bytes.length} bytes; it must have ${length}`);
  }
}
