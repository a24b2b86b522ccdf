/**
 * Which ring a sum lives in. Noise is never truncated, so overflow is kept improbable instead: below 2^-64 a round over all
 * coordinates.
 *
 * Each of n platforms adds at most B in magnitude and a discrete Gaussian of deviation sigma. The sum of n such Gaussians is
 * sub-Gaussian with variance proxy n sigma^2 (Canonne, Kamath, Steinke 2020, Corollary 17), so over d coordinates
 *
 *   P[some |noise| >= tau] <= 2 d exp(-tau^2 / (2 n sigma^2)) = 2^-64   for   tau = sigma sqrt(2 n (64 ln 2 + ln 2d)),
 *
 * and nothing overflows while n B + tau <= 2^(bits - 1) - 1.
 * @module
 */
import { SecaggError } from './errors.ts';

export const LEAST_RING_BITS = 16;
export const MOST_RING_BITS = 32;
/** Exponent of 1/2: probability that a round overflows anywhere. */
export const OVERFLOW_BITS = 64;

export interface RingDemand {
  readonly platforms: number;
  /** B: each coordinate of a platform's update is within [-B, B] before noise. */
  readonly bound: number;
  /** Deviation of the discrete Gaussian each platform adds; 0 without noise. */
  readonly localSigma: number;
  readonly vectorLength: number;
}

/** tau: what the noise of all platforms together exceeds nowhere, up to 2^-64. */
export function noiseReach({ platforms, localSigma, vectorLength }: RingDemand): number {
  return localSigma * Math.sqrt(2 * platforms * (OVERFLOW_BITS * Math.LN2 + Math.log(2 * vectorLength)));
}

/** The arithmetic of a demand, for a person. */
export function ringArithmetic(demand: RingDemand): string {
  const { platforms, bound, localSigma } = demand;
  const signal = platforms * bound;
  const reach = Math.ceil(noiseReach(demand));
  return (
    `n B + tau = ${platforms} x ${bound} + ${reach} = ${signal + reach}, with sigma = ${localSigma} on each platform ` +
    `and tau for ${demand.vectorLength} coordinates at 2^-${OVERFLOW_BITS}`
  );
}

/**
 * The smallest ring that holds the sum, 16 to 32 bits.
 * @throws SecaggError SECAGG_OVERFLOW with the arithmetic when 32 bits are too few.
 */
export function chooseRingBits(demand: RingDemand): number {
  const largest = demand.platforms * demand.bound + Math.ceil(noiseReach(demand));
  for (let bits = LEAST_RING_BITS; bits <= MOST_RING_BITS; bits++) if (largest <= 2 ** (bits - 1) - 1) return bits;
  throw new SecaggError(
    'SECAGG_OVERFLOW',
    `${ringArithmetic(demand)}, above 2^${MOST_RING_BITS - 1} - 1 = ${2 ** (MOST_RING_BITS - 1) - 1}: ` +
      'lower the scale, the bound or the noise',
  );
}

/** @throws SecaggError SECAGG_OVERFLOW with the arithmetic when the ring is too small for the demand. */
export function checkRingBits(demand: RingDemand, bits: number): void {
  const least = chooseRingBits(demand);
  if (bits >= least) return;
  const most = 2 ** (bits - 1) - 1;
  throw new SecaggError(
    'SECAGG_OVERFLOW',
    `${ringArithmetic(demand)}, above 2^${bits - 1} - 1 = ${most}: ${least} bits are needed`,
  );
}

/** Signed integers (within +-2^53) as elements of the ring. @throws RangeError for anything that is no such integer. */
export function toRing(integers: Float64Array, bits: number): Uint32Array {
  const elements = new Uint32Array(integers.length);
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  for (let i = 0; i < integers.length; i++) {
    const value = integers[i];
    if (!Number.isSafeInteger(value)) throw new RangeError(`coordinate ${i} is ${value}, not an integer within +-2^53`);
    // ToInt32 is reduction modulo 2^32 (ECMA-262), exact for every safe integer.
    elements[i] = (value | 0) & mask;
  }
  return elements;
}

/** Elements of the ring as the signed integers nearest to zero. */
export function fromRing(elements: Uint32Array, bits: number): Float64Array {
  const unused = 32 - bits;
  const integers = new Float64Array(elements.length);
  for (let i = 0; i < elements.length; i++) integers[i] = (elements[i] << unused) >> unused;
  return integers;
}
