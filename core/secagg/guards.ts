/**
 * Checks that both machines make on incoming messages. The wire's decoder guarantees types, but not sizes, ranges or order.
 * @module
 */
import { SecaggError } from './errors.ts';

/** @throws SecaggError SECAGG_SIZE */
export function expectBytes(name: string, bytes: Uint8Array, length: number, about = -1): void {
  if (bytes.length !== length) {
    throw new SecaggError('SECAGG_SIZE', `${name} has ${bytes.length} bytes, not ${length}`, about);
  }
}

/**
 * Checks that every index is a platform of the cohort, and above the one before.
 * @throws SecaggError SECAGG_UNKNOWN_PLATFORM, SECAGG_NOT_ASCENDING
 */
export function expectAscending(name: string, platforms: readonly number[], cohortSize: number): void {
  for (let i = 0; i < platforms.length; i++) {
    const index = platforms[i];
    if (!Number.isInteger(index) || index < 0 || index >= cohortSize) {
      throw new SecaggError('SECAGG_UNKNOWN_PLATFORM', `${name} names index ${index}; the cohort has ${cohortSize}`);
    }
    if (i > 0 && platforms[i - 1] >= index) {
      throw new SecaggError('SECAGG_NOT_ASCENDING', `${name} has index ${index} after ${platforms[i - 1]}`, index);
    }
  }
}

/** @throws SecaggError SECAGG_TOO_FEW, SECAGG_TOO_FEW_FOR_NOISE */
export function expectEnough(name: string, count: number, threshold: number, tNoise: number): void {
  if (count < threshold) {
    throw new SecaggError('SECAGG_TOO_FEW', `${name} holds ${count} platforms; the threshold is ${threshold}`);
  }
  if (count < tNoise) {
    throw new SecaggError('SECAGG_TOO_FEW_FOR_NOISE', `${name} holds ${count} platforms; the noise needs ${tNoise}`);
  }
}

/** The i-th piece of a field in which pieces of `size` bytes follow each other. A view, not a copy. */
export function piece(bytes: Uint8Array, size: number, i: number): Uint8Array {
  return bytes.subarray(size * i, size * (i + 1));
}
