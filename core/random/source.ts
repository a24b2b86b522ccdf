/**
 * Cryptographic randomness, always taken as an argument: core/ never draws its own. In production a source wraps the
 * operating system's generator; in a simulation or a test it is a seeded keystream.
 * @module
 */
export interface RandomSource {
  /** `length` fresh bytes. */
  bytes(length: number): Uint8Array;
}
