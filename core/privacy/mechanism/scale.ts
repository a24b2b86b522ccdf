/**
 * Turns reals into integers: chooses the scale s, the bound B and the ring of one sum from public facts alone.
 * @module
 */
import { PrivacyError } from './errors.ts';
import type { PlannedSum, SumQuery } from './mechanism.ts';
import { LARGEST_INTEGER_CLIP } from './pipeline.ts';

/** Least sigma of one platform's noise. Below it, a sum of discrete Gaussians is not close enough to a discrete Gaussian. */
export const SMALLEST_LOCAL_SIGMA = 64;
export const SMALLEST_RING_BITS = 16;
export const LARGEST_RING_BITS = 32;
/** Bound B of a platform's own sum. Integers stay exact far beyond it. */
const SILO_BOUND = 2 ** 50;
/**
 * Rounding may raise the norm to sqrt(K^2 + D/4). A K of at least this many times sqrt(D) keeps the rise below 0.2 %.
 */
const CLIP_OVER_ROOT_DIMENSION = 8;
/**
 * The same for outer products, whose rounding adds at most K sqrt(T D) / 2 to the squared norm for T terms per block: the rise
 * stays below 0.25 %.
 */
const CLIP_OVER_ROOT_FACTORS = 100;
/** Largest variance of rounding as a share of the noise's variance. Rounding adds at most 1/4 per person. */
const ROUNDING_SHARE = 0.01;
/** Largest integer clip without noise, where only the ring limits the scale. */
const CLIP_WITHOUT_NOISE = 2 ** 20;

/** The platforms and persons of one sum. A platform's own sum has 1 platform, 1 share and split 1. */
export interface SumSetting {
  /** Version of the manifest that plans it. */
  readonly version: number;
  /** n: number of platforms in the sum. */
  readonly platforms: number;
  /** H: number of honest platforms over which the noise is spread. */
  readonly shares: number;
  /** M: number of platforms over which one person's clip is split. */
  readonly split: number;
  /** Approximate number of persons on the largest platform. */
  readonly personsAtMost: number;
  /** Approximate number of persons on all platforms together. */
  readonly persons: number;
  readonly ring: boolean;
}

export interface ScaledSum {
  readonly sum: PlannedSum;
  readonly ringBits: number;
}

/**
 * Fixes scale, integer clip, noise and bound of a query whose noise multiplier is known. The scale is the least power
 * of two for which (1) the local sigma is at least 64, (2) rounding costs at most 1 % of the noise's variance and (3)
 * rounding does not raise norms noticeably. If the ring is too narrow for every person to be at the clip in one
 * coordinate, the scale shrinks: (2) and (3) may then fail, (1) never.
 *
 * @throws PrivacyError PRIVACY_RING_OVERFLOW with the arithmetic, PRIVACY_PLAN_REFUSED
 */
export function scaleSum(query: SumQuery, noiseMultiplier: number, setting: SumSetting): ScaledSum {
  const { shares, split } = setting;
  const unit = noiseMultiplier * split;
  const least = unit > 0 ? Math.ceil((SMALLEST_LOCAL_SIGMA * Math.sqrt(shares)) / unit) : 1;
  const wanted = unit > 0 ? Math.max(least, clipForRounding(query, unit, setting)) : CLIP_WITHOUT_NOISE / 2;
  let exponent = Math.ceil(Math.log2((Math.min(wanted, LARGEST_INTEGER_CLIP / 2) * split) / query.clip));
  let candidate = scaledBy(query, noiseMultiplier, setting, 2 ** exponent);
  if (candidate.integerClip < least) {
    throw new PrivacyError(
      'PRIVACY_PLAN_REFUSED',
      `sum ${query.label}: local sigma would be ${candidate.localSigma.toPrecision(3)} and must be at least ${SMALLEST_LOCAL_SIGMA}, but the integer clip cannot exceed 2^25; raise the noise (a smaller epsilon or a larger relativeNoise)`,
    );
  }
  if (!setting.ring) return { sum: { ...candidate, bound: SILO_BOUND }, ringBits: 0 };
  for (;;) {
    const everyone = setting.personsAtMost * candidate.integerClip;
    const room = roomFor(candidate, setting);
    if (room >= everyone) return fitted(candidate, everyone, setting);
    const smaller = scaledBy(query, noiseMultiplier, setting, 2 ** (exponent - 1));
    if (smaller.integerClip < Math.max(least, 1)) {
      if (room >= candidate.integerClip) return fitted(candidate, room, setting);
      throw overflow(candidate, setting);
    }
    exponent -= 1;
    candidate = smaller;
  }
}

/** The least K for which rounding neither raises norms noticeably nor adds more than its share to the noise. */
function clipForRounding(query: SumQuery, unit: number, { persons, platforms, shares }: SumSetting): number {
  const { dimension, outerProducts } = query;
  if (outerProducts === undefined) {
    const share = Math.sqrt((persons * shares) / (4 * ROUNDING_SHARE * platforms)) / unit;
    return Math.max(CLIP_OVER_ROOT_DIMENSION * Math.sqrt(dimension), share);
  }
  // Rounding one person adds at most K sqrt(T / D) / 2 to the variance of a coordinate, on average.
  const each = Math.sqrt(outerProducts / dimension) / 2;
  const share = (persons * shares * each) / (ROUNDING_SHARE * platforms * unit * unit);
  return Math.max(CLIP_OVER_ROOT_FACTORS * Math.sqrt(outerProducts * dimension), share);
}

function scaledBy(query: SumQuery, noiseMultiplier: number, setting: SumSetting, scale: number): PlannedSum {
  const integerClip = Math.floor((scale * query.clip) / setting.split);
  const integerSensitivity = integerClip * setting.split;
  const localVariance = Math.ceil((noiseMultiplier * integerSensitivity) ** 2 / setting.shares);
  return {
    ...query,
    version: setting.version,
    noiseMultiplier,
    noiseShares: setting.shares,
    scale,
    integerClip,
    integerSensitivity,
    bound: 0,
    localVariance,
    localSigma: Math.sqrt(localVariance),
  };
}

/**
 * Tail bound in multiples of sigma: the noise of all platforms and coordinates stays within it, except with probability
 * 2^-64 per round. At least 12, and more if platforms x coordinates are very many. A discrete Gaussian has P[|X| >= x]
 * <= 2 exp(-x^2 / 2 sigma^2).
 */
export function tailMultiple(platforms: number, dimension: number): number {
  return Math.max(12, Math.sqrt(2 * (Math.log(2 * platforms * dimension) + 64 * Math.LN2)));
}

/** The largest bound B for which platforms x (B + tail x sigma) < 2^31. */
function roomFor(sum: PlannedSum, { platforms }: SumSetting): number {
  const tail = tailMultiple(platforms, sum.dimension) * sum.localSigma;
  return Math.ceil(2 ** (LARGEST_RING_BITS - 1) / platforms - tail) - 1;
}

function fitted(sum: PlannedSum, bound: number, { platforms }: SumSetting): ScaledSum {
  const reach = platforms * (bound + tailMultiple(platforms, sum.dimension) * sum.localSigma);
  let ringBits = SMALLEST_RING_BITS;
  while (reach >= 2 ** (ringBits - 1)) ringBits += 1;
  return { sum: { ...sum, bound }, ringBits };
}

function overflow(sum: PlannedSum, { platforms }: SumSetting): PrivacyError {
  const tail = tailMultiple(platforms, sum.dimension);
  const reach = platforms * (sum.integerClip + tail * sum.localSigma);
  return new PrivacyError(
    'PRIVACY_RING_OVERFLOW',
    `sum ${sum.label} does not fit a ring of 2^32: ${platforms} platforms x (bound ${sum.integerClip} + ${tail.toPrecision(3)} x local sigma ${sum.localSigma.toPrecision(4)}) = ${reach.toPrecision(4)}, which must stay below 2^31 = 2147483648; use fewer platforms or less noise`,
  );
}
