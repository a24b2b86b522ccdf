/**
 * Clips and sums persons' contributions that are sums of outer products, without writing one of them out: exact-integer
 * ghost clipping. The gradient of a layer is the product of its inputs and its backpropagated errors, so a person's update
 * of D numbers comes as a few rows of about sqrt(D).
 *
 * Both factors of every term are rounded at random to integers, l to L and r to R. The person's integers are X = Σ L Rᵀ.
 * Their squared norm is Σ_tu (L_t·L_u)(R_t·R_u) over pairs of terms, summed over blocks: inner products of integers, exact in
 * doubles under the limit below. If it is above K², the person is rounded again, shorter. So each person enters as integers
 * of norm at most K, as in pipeline.ts, and the sum over persons is one product of integer matrices. docs/privacy.md has the
 * proof.
 *
 * Norms from inner products: Goodfellow 2015, "Efficient Per-Example Gradient Computations"; Li, Tramer, Liang and Hashimoto,
 * ICLR 2022, section 4 ("ghost clipping"). In integers, with the factors rounded: this project.
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import type { Grams, OuterSums } from '../../kernels/kernels.ts';
import { PrivacyError } from './errors.ts';
import type { FactoredBlock, FactoredContribution, PlannedSum } from './mechanism.ts';

/**
 * Limit on Σ |L_t| |R_t| over a person's terms and blocks. All products of inner products that the norm adds come to less than
 * 2^53 together, so doubles hold each sum of them exactly.
 */
const LARGEST_BULK = 2 ** 26;
/** Largest coordinate of a batch's sum that a signed 32-bit integer holds. It limits the persons per batch. */
const LARGEST_SUM = 2 ** 31 - 1;
const LARGEST_BATCH = 512;
/** Expected variance of one rounding; the largest is 1/4. */
const ROUNDING_VARIANCE = 1 / 6;
/** The target norm lies this many standard deviations of the rounding error below K, so that few persons are rounded twice. */
const ROOM = 1.5;
const NO_LEFT = Float32Array.of(1);

/** The terms of one person, measured before rounding. */
interface Measured {
  /** |g|², over all blocks. */
  readonly square: number;
  /** Σ |l_t| |r_t| of blocks with two factors. */
  readonly bulk: number;
  /** Variance that rounding adds to all coordinates together: `spread` times the scale. */
  readonly spread: number;
  /** Variance that rounding adds in the direction of g, divided by |g|²: `along` times the scale. */
  readonly along: number;
}

/** Uniform bits that round numbers. */
export interface Coins {
  fill(into: Uint32Array): void;
  word: () => number;
}

export class OuterProductSum {
  readonly #sum: PlannedSum;
  readonly #into: Float64Array;
  readonly #coins: Coins;
  #layout: readonly FactoredBlock[] = [];
  #rows: OuterSums | undefined;
  #terms = 0;
  #capacity = 0;
  #kept = 0;
  /** |l_t| and |r_t| of each term of the person that is being added, by block. */
  #lengths: readonly Float64Array[] = [];
  #scales = new Float64Array(0);

  /** @param into integers of all persons [dimension], to which {@link flush} adds. */
  constructor(sum: PlannedSum, into: Float64Array, coins: Coins) {
    this.#sum = sum;
    this.#into = into;
    this.#coins = coins;
  }

  /** @throws PrivacyError PRIVACY_CONTRIBUTION_SHAPE unless the blocks lie in the sum and do not overlap. */
  check({ blocks }: FactoredContribution): void {
    const { dimension, label } = this.#sum;
    let end = 0;
    for (const { columns, left, offset, right, rows } of blocks) {
      const sizes = [offset, rows, columns];
      const terms = left === null ? 1 : left.length / rows;
      const isShaped =
        sizes.every((size) => Number.isSafeInteger(size)) &&
        rows >= 1 &&
        columns >= 1 &&
        (left !== null || rows === 1) &&
        Number.isInteger(terms) &&
        right.length === terms * columns;
      if (isShaped && offset >= end && offset + rows * columns <= dimension) {
        end = offset + rows * columns;
        continue;
      }
      const problem = isShaped
        ? `overlaps another or ends outside the ${dimension} coordinates`
        : `has factors of ${left?.length ?? 'no'} and ${right.length} numbers`;
      throw new PrivacyError(
        'PRIVACY_CONTRIBUTION_SHAPE',
        `sum ${label}: a block of ${rows} x ${columns} coordinates from ${offset} ${problem}`,
      );
    }
  }

  /**
   * Adds one person's integers, of norm at most K. Returns false, and adds nothing, if a factor holds NaN or infinity.
   */
  add({ blocks }: FactoredContribution): boolean {
    if (blocks.length === 0) return true;
    const rows = this.#roomFor(blocks);
    const measured = this.#measure(rows, blocks);
    if (!Number.isFinite(measured.square) || !Number.isFinite(measured.bulk)) return false;
    const { integerClip } = this.#sum;
    const limit = integerClip * integerClip;
    let factor = this.#firstFactor(measured);
    for (let attempt = 0; ; attempt++) {
      const { bulk, square } = this.#round(rows, blocks, factor);
      if (bulk < LARGEST_BULK && square <= limit) break;
      // Each attempt is shorter than the one before. The loop ends, because at last everything rounds to zero.
      const shorter = 1 - Math.min(0.5, 0.002 * 2 ** attempt);
      factor *= Math.min(shorter, (shorter * integerClip) / Math.sqrt(square), (shorter * LARGEST_BULK) / bulk);
    }
    rows.keep();
    this.#kept += 1;
    if (this.#kept === this.#capacity) this.flush();
    return true;
  }

  /** Adds the persons taken in since the last flush to the integers of all persons. */
  flush(): void {
    if (this.#rows === undefined || this.#kept === 0) return;
    // No person moves a coordinate by more than K, so the sum of a batch stays within 32 bits, and is exact although its
    // parts may wrap around.
    for (const [b, { offset }] of this.#layout.entries()) this.#rows.addTo(b, this.#into, offset);
    this.#kept = 0;
  }

  /** Returns a batch with room for one more person with these blocks. Flushes the current batch if they differ from its own. */
  #roomFor(blocks: readonly FactoredBlock[]): OuterSums {
    const terms = Math.max(1, ...blocks.map(termsOf));
    const isSame =
      blocks.length === this.#layout.length &&
      blocks.every(({ columns, offset, rows }, b) => {
        const other = this.#layout[b];
        return offset === other.offset && rows === other.rows && columns === other.columns;
      });
    if (this.#rows !== undefined && isSame && terms <= this.#terms) return this.#rows;
    this.flush();
    const persons = Math.min(Math.floor(LARGEST_SUM / this.#sum.integerClip), LARGEST_BATCH);
    this.#layout = blocks.map(({ columns, offset, rows }) => ({ columns, offset, rows, left: null, right: NO_LEFT }));
    this.#terms = terms;
    this.#lengths = blocks.map(() => new Float64Array(2 * terms));
    this.#scales = new Float64Array(2 * terms);
    this.#capacity = persons;
    this.#rows = kernels.outerSums({ blocks: this.#layout, terms, persons });
    return this.#rows;
  }

  #measure(rows: OuterSums, blocks: readonly FactoredBlock[]): Measured {
    const total = { square: 0, bulk: 0, spread: 0, along: 0 };
    for (const [b, block] of blocks.entries()) {
      const grams = rows.place(b, block.left ?? NO_LEFT, block.right);
      const terms = termsOf(block);
      total.square += squareOf(grams);
      const own = this.#lengths[b];
      const ratio = Math.sqrt(block.rows / block.columns);
      for (let t = 0; t < terms; t++) {
        own[2 * t] = Math.sqrt(grams.left[t * terms + t]);
        own[2 * t + 1] = Math.sqrt(grams.right[t * terms + t]);
        const length = own[2 * t] * own[2 * t + 1];
        total.bulk += length;
        if (block.left === null) continue;
        total.spread += 2 * ROUNDING_VARIANCE * length * Math.sqrt(block.rows * block.columns);
        total.along += ROUNDING_VARIANCE * length * (ratio + 1 / ratio);
      }
    }
    return total;
  }

  /** Factor on the person's vector: 1 if it fits, else the factor with which the rounded norm is usually just below K. */
  #firstFactor({ along, bulk, spread, square }: Measured): number {
    const { integerClip, scale } = this.#sum;
    const length = scale * Math.sqrt(Math.max(0, square));
    const factor = Math.min(1, integerClip / length, LARGEST_BULK / (2 * scale * bulk));
    const whole =
      (factor * length) ** 2 + factor * scale * spread + 2 * ROOM * factor * length * Math.sqrt(factor * scale * along);
    const reach = integerClip / Math.sqrt(whole);
    // A vector of zeros gets factor 1, also if a quotient above is 0 / 0.
    return reach < 1 ? factor * reach : Number.isNaN(factor) ? 1 : factor;
  }

  #round(
    rows: OuterSums,
    blocks: readonly FactoredBlock[],
    factor: number,
  ): { readonly bulk: number; readonly square: number } {
    let bulk = 0;
    let square = 0;
    for (const [b, block] of blocks.entries()) {
      const terms = termsOf(block);
      this.#coins.fill(rows.coins(b));
      setScales(this.#scales, block, this.#lengths[b], factor * this.#sum.scale);
      const grams = rows.round(b, this.#scales, this.#coins.word);
      square += squareOf(grams);
      for (let t = 0; t < terms; t++) bulk += Math.sqrt(grams.left[t * terms + t] * grams.right[t * terms + t]);
    }
    return { bulk, square };
  }
}

const termsOf = ({ columns, right }: FactoredBlock): number => right.length / columns;

/** |Σ l_t r_tᵀ|² = Σ_tu (l_t·l_u)(r_t·r_u). */
function squareOf({ left, right }: Grams): number {
  let square = 0;
  for (let i = 0; i < left.length; i++) square += left[i] * right[i];
  return square;
}

/**
 * The factors a and b of the two sides of each term, into `scales`. Their product is the scale. Rounding adds a variance of
 * about (a² |l|² columns + b² |r|² rows) / 6, which is least if both terms are equal.
 */
function setScales(scales: Float64Array, block: FactoredBlock, lengths: Float64Array, scale: number): void {
  const { columns, left, rows } = block;
  for (let t = 0; t < 2 * termsOf(block); t += 2) {
    const l = lengths[t];
    const r = lengths[t + 1];
    const balanced = Math.sqrt((scale * r * Math.sqrt(rows)) / (l * Math.sqrt(columns)));
    scales[t] = left === null ? 1 : l > 0 && r > 0 ? balanced : 0;
    scales[t + 1] = left === null ? scale : l > 0 && r > 0 ? scale / balanced : 0;
  }
}
