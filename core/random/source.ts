/**
 * Cryptographic randomness as an argument, because core/ draws none of its own. In production a source wraps the operating
 * system's generator. In a simulation or a test it is a seeded keystream.
 * @module
 */
export interface RandomSource {
  /** `length` fresh bytes. */
  bytes(length: number): Uint8Array;
}
