/**
 * The exact discrete Gaussian on the integers: P[X = x] is proportional to exp(-x^2 / (2 v)) for a rational variance
 * parameter v. Canonne, Kamath and Steinke (2020), "The Discrete Gaussian for Differential Privacy", algorithms 1 to 3.
 *
 * Every coin has a rational bias n/d. The sampler decides it by comparing a uniform binary fraction with n/d. It
 * compares the first 32 bits in doubles, where the error of n/d is far below one unit of the 32nd bit. If the fraction
 * is within one unit of n/d (once in about 2^30 coins), it finishes the comparison in exact integers with as many
 * further bits as needed. So the fast path and the exact path are the same function of the same random bits, and
 * rounding never decides a coin.
 * @module
 */
import type { RandomSource } from '../../random/source.ts';
import { PrivacyError } from './errors.ts';
import { RandomWords } from '../../random/random-words.ts';

/** A positive fraction. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Largest standard deviation. Above it, the error bound of the first comparison would not hold. */
const LARGEST_SIGMA = 2 ** 40;
const WORD = 4_294_967_296;
const WORD_BITS = 32n;
const NEAR_INTEGER = 2 ** -36;

/**
 * The variance parameter that is sampled for a wanted standard deviation: the least multiple of 1 (sigma >= 64) or of
 * 2^-20 (sigma < 64) that is at least sigma^2, computed exactly from the double. The noise is never less than asked
 * for, and at sigma = 64 its variance is at most one part in 4096 larger.
 */
export function varianceAtLeast(sigma: number): Rational {
  if (!(sigma > 0) || sigma > LARGEST_SIGMA) {
    throw new PrivacyError(
      'PRIVACY_BAD_PARAMETER',
      `discrete Gaussian: sigma must be above 0 and at most 2^40, and is ${sigma}`,
    );
  }
  const { numerator: root, denominator: rootDenominator } = rationalOf(sigma);
  const denominator = sigma >= 64 ? 1n : 1n << 20n;
  const square = rootDenominator * rootDenominator;
  const numerator = (root * root * denominator + square - 1n) / square;
  const common = gcd(numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

/** Draws from one discrete Gaussian. It buffers random words: make one per release and drop it afterwards. */
export class DiscreteGaussian {
  readonly variance: Rational;
  readonly #words: RandomWords;
  /** Scale of the discrete Laplace proposal: floor(sigma) + 1. */
  readonly #scale: number;
  readonly #varianceOverScale: number;
  readonly #halfPrecision: number;
  readonly #exactOnly: boolean;

  /**
   * @param variance v, not the standard deviation.
   * @param exactOnly decides every coin in exact integers: slow, with the same result.
   * @throws PrivacyError PRIVACY_BAD_PARAMETER
   */
  constructor(variance: Rational, random: RandomSource, exactOnly = false) {
    const { numerator, denominator } = variance;
    if (numerator <= 0n || denominator <= 0n) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', 'discrete Gaussian: the variance must be a positive fraction');
    }
    const scale = integerSquareRoot(numerator / denominator) + 1n;
    if (scale > BigInt(LARGEST_SIGMA)) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', 'discrete Gaussian: sigma must be at most 2^40');
    }
    const real = ratioOf(numerator, denominator);
    this.variance = variance;
    this.#words = new RandomWords(random);
    this.#scale = Number(scale);
    this.#varianceOverScale = real / this.#scale;
    this.#halfPrecision = 1 / (2 * real);
    this.#exactOnly = exactOnly;
  }

  /** One integer, within +-2^53. */
  sample(): number {
    for (;;) {
      const candidate = this.#laplace();
      if (this.#accept(Math.abs(candidate))) return candidate;
    }
  }

  /** Adds one sample to every entry. */
  addTo(integers: Float64Array): void {
    for (let index = 0; index < integers.length; index++) integers[index] += this.sample();
  }

  /** Algorithm 2: P[Y = y] proportional to exp(-|y| / scale). */
  #laplace(): number {
    const words = this.#words;
    const scale = this.#scale;
    for (;;) {
      const low = words.below(scale);
      if (!this.#expCoin(low, scale)) continue;
      let high = 0;
      while (this.#expCoin(1, 1)) high += 1;
      const magnitude = low + scale * high;
      const negative = (words.next() & 1) === 1;
      if (negative && magnitude === 0) continue;
      return negative ? -magnitude : magnitude;
    }
  }

  /** Algorithm 3: true with probability exp(-(|y| - v/scale)^2 / (2 v)). */
  #accept(magnitude: number): boolean {
    const distance = magnitude - this.#varianceOverScale;
    const exponent = distance * distance * this.#halfPrecision;
    const whole = Math.floor(exponent);
    const rest = exponent - whole;
    // Up to 512 the exponent's absolute error is below 2^-38: |y| is exact, and v/scale and 1/2v have relative errors
    // below 2^-50.
    if (this.#exactOnly || exponent > 512 || rest < NEAR_INTEGER || rest > 1 - NEAR_INTEGER) {
      return this.#acceptExactly(magnitude);
    }
    for (let step = 0; step < whole; step++) if (!this.#expCoin(1, 1)) return false;
    return this.#expCoinOf(rest, magnitude, whole);
  }

  #exponentExactly(magnitude: number): Rational {
    const { numerator: a, denominator: b } = this.variance;
    const scale = BigInt(this.#scale);
    const root = BigInt(magnitude) * scale * b - a;
    return { numerator: root * root, denominator: 2n * a * b * scale * scale };
  }

  #acceptExactly(magnitude: number): boolean {
    const { numerator, denominator } = this.#exponentExactly(magnitude);
    const whole = numerator / denominator;
    for (let step = 0n; step < whole; step++) if (!this.#expCoin(1, 1)) return false;
    return this.#expCoinExactly(numerator % denominator, denominator);
  }

  /** Algorithm 1 for n/d in [0, 1], both below 2^41: true with probability exp(-n/d). */
  #expCoin(n: number, d: number): boolean {
    if (this.#exactOnly) return this.#expCoinExactly(BigInt(n), BigInt(d));
    const ratio = (n / d) * WORD;
    for (let k = 1; ; k++) {
      const word = this.#words.next();
      const threshold = ratio / k;
      let success = word + 2 <= threshold;
      if (!success && word < threshold + 1) success = this.#decide(word, BigInt(n), BigInt(d) * BigInt(k));
      if (!success) return (k & 1) === 1;
    }
  }

  /**
   * Algorithm 1 for the fractional part of the acceptance exponent. Its exact value is computed only if a coin needs
   * it.
   */
  #expCoinOf(rest: number, magnitude: number, whole: number): boolean {
    const ratio = rest * WORD;
    for (let k = 1; ; k++) {
      const word = this.#words.next();
      const threshold = ratio / k;
      let success = word + 2 <= threshold;
      if (!success && word < threshold + 1) {
        const { numerator, denominator } = this.#exponentExactly(magnitude);
        success = this.#decide(word, numerator - BigInt(whole) * denominator, denominator * BigInt(k));
      }
      if (!success) return (k & 1) === 1;
    }
  }

  #expCoinExactly(n: bigint, d: bigint): boolean {
    for (let k = 1n; ; k++) {
      if (!this.#decide(this.#words.next(), n, d * k)) return (k & 1n) === 1n;
    }
  }

  /**
   * True if the uniform fraction that starts with these 32 bits is below n/d. Draws further bits until that is certain.
   */
  #decide(word: number, n: bigint, d: bigint): boolean {
    let prefix = BigInt(word);
    let target = n << WORD_BITS;
    for (;;) {
      if ((prefix + 1n) * d <= target) return true;
      if (prefix * d >= target) return false;
      prefix = (prefix << WORD_BITS) | BigInt(this.#words.next());
      target <<= WORD_BITS;
    }
  }
}

/** floor(sqrt(n)) by Newton's iteration from above. */
function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** n / d as a double, to a relative error below 2^-50, for any size of the two. */
function ratioOf(n: bigint, d: bigint): number {
  const shift = BigInt(d.toString(2).length - n.toString(2).length + 62);
  const quotient = shift >= 0n ? (n << shift) / d : n / (d << -shift);
  return Number(quotient) * 2 ** -Number(shift);
}

/** The exact value of a double as a fraction. */
function rationalOf(value: number): Rational {
  let numerator = value;
  let shift = 0n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    shift += 1n;
  }
  return { numerator: BigInt(numerator), denominator: 1n << shift };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
