/**
 * @module
 */
export type CryptoCode =
  | 'CRYPTO_KEY_SIZE'
  | 'CRYPTO_LOW_ORDER_POINT'
  | 'CRYPTO_KEYSTREAM_LENGTH'
  | 'CRYPTO_FIELD_RANGE'
  | 'CRYPTO_SEAL_BROKEN';

/** A primitive was handed something it must not compute with. The text never holds key material. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoCode;

  constructor(code: CryptoCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws CryptoError CRYPTO_KEY_SIZE naming the argument. */
export function requireLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new CryptoError('CRYPTO_KEY_SIZE', `${name} has ${bytes.length} bytes; it must have ${length}`);
  }
}
