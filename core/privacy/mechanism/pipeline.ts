/**
 * The pipeline from persons' contributions to one platform's noised integers: clip, scale, round at random, clip again
 * as integers, sum, clamp, add this platform's share of the noise.
 *
 * The guarantee rests on the integers alone. Whatever floating point does before, each person enters the sum as
 * integers of L2 norm at most K (`integerClip`), and all arithmetic after that is on integers that a double holds
 * exactly. Kairouz, Liu and Steinke (2021), "The Distributed Discrete Gaussian Mechanism for Federated Learning". They
 * round conditionally; this pipeline takes roundings back toward zero instead, which keeps K itself as the sensitivity.
 * @module
 */
import { DiscreteGaussian } from './discrete-gaussian.ts';
import { PrivacyError } from './errors.ts';
import type {
  Contribution,
  IntegerSum,
  PlannedSum,
  PrivacyMechanism,
  SumAccumulator,
  WrittenContribution,
} from './mechanism.ts';
import { OuterProductSum } from './outer-products.ts';
import type { Coins } from './outer-products.ts';
import { RandomWords } from '../../random/random-words.ts';

/** Largest K. Above it, the sum of squares of one person's integers might not be exact in a double. */
export const LARGEST_INTEGER_CLIP = 2 ** 25;
const WORD = 4_294_967_296;

/** Discrete Gaussian noise: the mechanism behind every claim. */
export const discreteGaussian: PrivacyMechanism = {
  name: 'discrete-gaussian',
  accumulate: (sum, random) => new Accumulator(sum, stochasticRounding(new RandomWords(random))),
  bound(sum, contributions, random) {
    return boundAll(this.accumulate(sum, random), contributions);
  },
  addNoise(sum, integers, random) {
    if (!(sum.localVariance > 0)) {
      throw new PrivacyError(
        'PRIVACY_BAD_PARAMETER',
        `sum ${sum.label}: the plan holds no noise for it; a plan without privacy is run by the mechanism "${withoutNoise.name}" alone`,
      );
    }
    const noised = Float64Array.from(integers);
    new DiscreteGaussian({ numerator: BigInt(sum.localVariance), denominator: 1n }, random).addTo(noised);
    return noised;
  },
  decode,
};

/**
 * Clips and sums in the same way, but adds no noise and rounds to the nearest, so that equal data give equal integers.
 * No privacy.
 */
export const withoutNoise: PrivacyMechanism = {
  name: 'no-privacy',
  accumulate: (sum) => new Accumulator(sum, TO_NEAREST),
  bound(sum, contributions, random) {
    return boundAll(this.accumulate(sum, random), contributions);
  },
  addNoise: (_sum, integers) => Float64Array.from(integers),
  decode,
};

/** With sampling, the result is the unbiased estimate of the sum over all persons. */
function decode(sum: PlannedSum, integers: Float64Array): Float64Array {
  const unit = sum.scale * (sum.sampling?.rate ?? 1);
  return integers.map((integer) => integer / unit);
}

function boundAll(accumulator: SumAccumulator, contributions: Iterable<Contribution>): IntegerSum {
  for (const contribution of contributions) accumulator.add(contribution);
  return accumulator.finish();
}

interface Rounding {
  /** Rounds a magnitude to an integer; zero stays zero. */
  round(magnitude: number): number;
  /**
   * Position among `length` values at which re-rounding begins. It must not depend on how many persons came before: one
   * person more or less would then change everybody's integers, and K would not be the sensitivity.
   */
  start(length: number): number;
  /** Coins for roundings of many numbers at once. */
  readonly coins: Coins;
  /** One person's coin: true with probability `rate`. */
  draws(rate: number): boolean;
}

const TO_NEAREST: Rounding = {
  round: Math.round,
  start: () => 0,
  // Half a unit, exactly.
  coins: { fill: (into) => into.fill(0x80808080), word: () => 0 },
  draws: () => true,
};

/** Rounds up with probability equal to the fraction, to 32 bits, so that the result is unbiased. */
function stochasticRounding(words: RandomWords): Rounding {
  return {
    round(magnitude) {
      const low = Math.floor(magnitude);
      const fraction = magnitude - low;
      return fraction > 0 && words.next() < fraction * WORD ? low + 1 : low;
    },
    start: (length) => words.below(length),
    coins: { fill: (into) => words.fill(into), word: () => words.next() },
    // A person is never drawn more often than the rate says: the rate was rounded down to a multiple of 2^-32.
    draws: (rate) => words.next() < rate * WORD,
  };
}

class Accumulator implements SumAccumulator {
  readonly #sum: PlannedSum;
  readonly #rounding: Rounding;
  readonly #integers: Float64Array;
  /**
   * Number of the last person that touched each coordinate. An index given twice in one contribution would double the
   * clip.
   */
  readonly #touched: Uint32Array;
  /** One person's rounded magnitudes, in the order of the contribution's values. Reused for the next person. */
  #magnitudes = new Float64Array(0);
  readonly #outer: OuterProductSum;
  #persons = 0;
  #zeroed = 0;

  constructor(sum: PlannedSum, rounding: Rounding) {
    if (!Number.isInteger(sum.integerClip) || sum.integerClip < 1 || sum.integerClip > LARGEST_INTEGER_CLIP) {
      throw new PrivacyError(
        'PRIVACY_BAD_PARAMETER',
        `sum ${sum.label}: the integer clip must be an integer from 1 to 2^25, and is ${sum.integerClip}`,
      );
    }
    this.#sum = sum;
    this.#rounding = rounding;
    this.#integers = new Float64Array(sum.dimension);
    this.#touched = new Uint32Array(sum.dimension);
    this.#outer = new OuterProductSum(sum, this.#integers, rounding.coins);
  }

  add(contribution: Contribution): void {
    this.#persons += 1;
    if (this.#persons * this.#sum.integerClip >= 2 ** 52) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', `sum ${this.#sum.label}: too many persons for exact integers`);
    }
    const isFactored = 'blocks' in contribution;
    if (isFactored) this.#outer.check(contribution);
    else this.#checkShape(contribution);
    const { sampling } = this.#sum;
    if (sampling !== undefined && !this.#rounding.draws(sampling.rate)) return;
    if (isFactored) {
      if (!this.#outer.add(contribution)) this.#zeroed += 1;
      return;
    }
    const { indices, values } = contribution;
    let square = 0;
    for (let i = 0; i < values.length; i++) square += values[i] * values[i];
    if (!Number.isFinite(square)) {
      this.#zeroed += 1;
      return;
    }
    const magnitudes = this.#roundedWithin(values, Math.sqrt(square));
    for (let i = 0; i < values.length; i++) {
      const magnitude = magnitudes[i];
      if (magnitude === 0) continue;
      this.#integers[indices === undefined ? i : indices[i]] += values[i] < 0 ? -magnitude : magnitude;
    }
  }

  finish(): IntegerSum {
    const { bound } = this.#sum;
    this.#outer.flush();
    let clamped = 0;
    const integers = this.#integers.map((integer) => {
      if (integer >= -bound && integer <= bound) return integer;
      clamped += 1;
      return integer < 0 ? -bound : bound;
    });
    return { integers, zeroed: this.#zeroed, clamped };
  }

  #checkShape({ indices, values }: WrittenContribution): void {
    const { dimension, label } = this.#sum;
    const expected = indices?.length ?? dimension;
    if (values.length !== expected) {
      throw new PrivacyError(
        'PRIVACY_CONTRIBUTION_SHAPE',
        `sum ${label}: a contribution has ${values.length} values where ${expected} belong`,
      );
    }
    if (indices === undefined) return;
    for (const index of indices) {
      if (index >= dimension || this.#touched[index] === this.#persons) {
        const problem = index >= dimension ? `outside its ${dimension} coordinates` : 'given twice in one contribution';
        throw new PrivacyError('PRIVACY_CONTRIBUTION_SHAPE', `sum ${label}: coordinate ${index} is ${problem}`);
      }
      this.#touched[index] = this.#persons;
    }
  }

  /** The magnitudes, clipped, scaled and rounded, with an integer norm of at most K. */
  #roundedWithin(values: Float32Array, norm: number): Float64Array {
    const { scale, integerClip } = this.#sum;
    if (this.#magnitudes.length < values.length) this.#magnitudes = new Float64Array(values.length);
    const magnitudes = this.#magnitudes;
    const factor = norm * scale > integerClip ? integerClip / norm : scale;
    let square = 0;
    for (let i = 0; i < values.length; i++) {
      const magnitude = this.#rounding.round(Math.abs(values[i]) * factor);
      magnitudes[i] = magnitude;
      square += magnitude * magnitude;
    }
    // No square is inexact here: a rounded value is at most K + 1, far below 2^26.
    const limit = integerClip * integerClip;
    if (square > limit) this.#towardZero(values, factor, square - limit);
    return magnitudes;
  }

  /** Lowers magnitudes that were rounded up until the squared norm no longer exceeds the limit. */
  #towardZero(values: Float32Array, factor: number, excess: number): void {
    const magnitudes = this.#magnitudes;
    const length = values.length;
    const start = this.#rounding.start(length);
    let left = excess;
    for (let step = 0; step < length && left > 0; step++) {
      const i = (start + step) % length;
      if (magnitudes[i] <= Math.abs(values[i]) * factor) continue;
      magnitudes[i] -= 1;
      left -= 2 * magnitudes[i] + 1;
    }
    // With everything rounded toward zero, the norm exceeds K at most by the error of `factor`. One or two further
    // units remove that.
    for (let i = 0; left > 0; i = (i + 1) % length) {
      if (magnitudes[i] === 0) continue;
      magnitudes[i] -= 1;
      left -= 2 * magnitudes[i] + 1;
    }
  }
}
