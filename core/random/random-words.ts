/**
 * 32-bit words out of a RandomSource, drawn in blocks: asking a generator for four bytes at a time would cost more than
 * everything done with them.
 * @module
 */
import type { RandomSource } from './source.ts';

const FIRST_BLOCK = 256;
const LARGEST_BLOCK = 65_536;

/** Not shared between purposes: make one per call, so that what one call left unread is never what another reads. */
export class RandomWords {
  readonly #random: RandomSource;
  #words: Uint32Array = new Uint32Array(0);
  #position = 0;
  #block = FIRST_BLOCK;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** A uniform integer in [0, 2^32). */
  next(): number {
    if (this.#position === this.#words.length) this.#refill();
    return this.#words[this.#position++];
  }

  /**
   * A uniform integer in [0, bound), exactly: bits above the bound's length are dropped, and what is still too large is drawn again.
   * @param bound 1 to 2^53.
   */
  below(bound: number): number {
    if (bound <= 1_048_576) {
      // Lemire (2019), "Fast random integer generation in an interval": the product stays below 2^52, so it is exact.
      const reject = 4_294_967_296 % bound;
      for (;;) {
        const product = this.next() * bound;
        const high = Math.floor(product / 4_294_967_296);
        if (product - high * 4_294_967_296 >= reject) return high;
      }
    }
    const highSpan = 2 ** Math.ceil(Math.log2(Math.ceil(bound / 4_294_967_296)));
    const lowSpan = bound > 4_294_967_296 ? 4_294_967_296 : 2 ** (32 - Math.clz32(bound - 1));
    for (;;) {
      const high = highSpan === 1 ? 0 : this.next() % highSpan;
      const value = high * 4_294_967_296 + (this.next() % lowSpan);
      if (value < bound) return value;
    }
  }

  #refill(): void {
    const bytes = this.#random.bytes(this.#block);
    // A copy: the source may give a view at an odd offset, and what is read here must not change under us.
    this.#words = new Uint32Array(bytes.slice().buffer);
    this.#position = 0;
    this.#block = Math.min(this.#block * 4, LARGEST_BLOCK);
  }
}
