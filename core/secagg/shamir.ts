/**
 * Shamir's secret sharing (1979) of 32-byte secrets, t of n, over GF(2^8) up to 255 holders and GF(2^16) beyond.
 *
 * The library `shamir-secret-sharing` does not fit: it draws its own randomness, is asynchronous and stops at 255 holders.
 * Its split and combine would take a third of the coordinator's time. Its shares and ours are interchangeable, as test/secagg
 * checks.
 * @module
 */
import type { RandomSource } from '../random/source.ts';
import { kernels } from '../kernels/index.ts';
import { fieldFor } from './galois.ts';
import type { BinaryField } from './galois.ts';

export const SECRET_BYTES = 32;

/**
 * Splits a secret into one share of 32 bytes per holder: share i - 1 is the polynomial's value at point i.
 * @param threshold t, from 1 to `holders`: t shares rebuild the secret, and t - 1 reveal nothing about it.
 */
export function splitSecret(
  secret: Uint8Array,
  holders: number,
  threshold: number,
  random: RandomSource,
): readonly Uint8Array[] {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a secret has ${SECRET_BYTES} bytes, not ${secret.length}`);
  if (!(threshold >= 1 && threshold <= holders)) {
    throw new RangeError(`a threshold of ${threshold} is impossible with ${holders} holders`);
  }
  const field = fieldFor(holders);
  const coefficients = new Uint8Array(SECRET_BYTES * threshold);
  coefficients.set(secret);
  const drawn = random.bytes(SECRET_BYTES * (threshold - 1));
  coefficients.set(drawn, SECRET_BYTES);
  const values = kernels.polynomialValues(field, coefficients, holders);
  const shares = Array.from({ length: holders }, (_, i) => values.slice(SECRET_BYTES * i, SECRET_BYTES * (i + 1)));
  for (const secrets of [drawn, coefficients, values]) secrets.fill(0);
  return shares;
}

/** Coefficients that rebuild a secret from shares at given points. Secrets with the same holders share one set. */
export interface Recombination {
  readonly field: BinaryField;
  readonly coefficients: Uint32Array;
}

/**
 * Lagrange coefficients at zero for distinct points from 1 to `holders`.
 * @param holders number of shares dealt, which decides the field.
 */
export function recombination(points: readonly number[], holders: number): Recombination {
  const field = fieldFor(holders);
  if (new Set(points).size !== points.length) throw new RangeError('two shares stand at the same point');
  for (const point of points) {
    if (!(Number.isInteger(point) && point >= 1 && point <= holders)) {
      throw new RangeError(`point ${point} is outside 1 to ${holders}`);
    }
  }
  const coefficients = Uint32Array.from(points, (point, i) => {
    let numerator = 1;
    let denominator = 1;
    for (let j = 0; j < points.length; j++) {
      if (j === i) continue;
      numerator = field.multiply(numerator, points[j]);
      denominator = field.multiply(denominator, points[j] ^ point);
    }
    return field.multiply(numerator, field.invert(denominator));
  });
  return { field, coefficients };
}

/** Rebuilds the secret from one share per point of the recombination, in its order. */
export function combineShares(plan: Recombination, shares: readonly Uint8Array[]): Uint8Array {
  if (shares.length !== plan.coefficients.length) {
    throw new RangeError(`${plan.coefficients.length} shares are needed, not ${shares.length}`);
  }
  const rows = new Uint8Array(SECRET_BYTES * shares.length);
  shares.forEach((share, i) => {
    if (share.length !== SECRET_BYTES) throw new RangeError(`a share has ${SECRET_BYTES} bytes`);
    rows.set(share, SECRET_BYTES * i);
  });
  const secret = kernels.combineRows(plan.field, plan.coefficients, rows);
  rows.fill(0);
  return secret;
}
