/**
 * Reads 32-bit words from a RandomSource in blocks. Reading four bytes at a time would cost more than the sampling that uses
 * them.
 * @module
 */
import type { RandomSource } from './source.ts';

const FIRST_BLOCK = 256;
const LARGEST_BLOCK = 65_536;

/** Make a new one for each purpose, so that one purpose never reads words that another left unread. */
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

  /** The next words, as many as `into` holds. */
  fill(into: Uint32Array): void {
    for (let filled = 0; filled < into.length;) {
      if (this.#position === this.#words.length) this.#refill();
      const some = this.#words.subarray(this.#position, this.#position + into.length - filled);
      into.set(some, filled);
      filled += some.length;
      this.#position += some.length;
    }
  }

  /**
   * An exactly uniform integer in [0, bound). It rejects draws that would make the result biased, and draws again.
   * @param bound an integer from 1 to 2^53.
   */
  below(bound: number): number {
    if (bound <= 1_048_576) {
      // Lemire (2019), "Fast random integer generation in an interval": the product stays below 2^52, so it is exact.
      // Only a low part below the bound can be one that must be rejected: the slow remainder is rarely needed.
      for (;;) {
        const product = this.next() * bound;
        const high = Math.floor(product / 4_294_967_296);
        const low = product - high * 4_294_967_296;
        if (low >= bound || low >= 4_294_967_296 % bound) return high;
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
    // The source may return a view at an odd offset, or reuse its memory, so the bytes are copied.
    if (4 * this.#words.length !== this.#block) this.#words = new Uint32Array(this.#block / 4);
    new Uint8Array(this.#words.buffer).set(bytes);
    this.#position = 0;
    this.#block = Math.min(this.#block * 4, LARGEST_BLOCK);
  }
}
