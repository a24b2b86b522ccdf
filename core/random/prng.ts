/**
 * A small, fast statistical generator for splits, negatives, shuffles and initialisation. Noise, masks and keys must come from a
 * {@link RandomSource} instead: anybody who sees some output of this generator can compute the rest.
 * @module
 */
import type { RandomSource } from './source.ts';

/** sfc32 (Chris Doty-Humphrey, PractRand): it has 128 bits of state and a period of at least 2^32, and passes BigCrush. */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  #spareGaussian = Number.NaN;

  /** The same seed gives the same stream on every machine. A number and its decimal string are the same seed. */
  constructor(seed: string | number | Uint32Array) {
    const words = typeof seed === 'object' ? seed : hashToWords(String(seed));
    this.#a = words[0] | 0;
    this.#b = words[1] | 0;
    this.#c = words[2] | 0;
    this.#counter = words[3] | 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** A statistical generator started from 16 bytes of a cryptographic one. */
  static fromSource(source: RandomSource): Prng {
    const bytes = source.bytes(16);
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    return new Prng(Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(4 * i, true)));
  }

  /** Uniform over the integers 0 to 2^32 - 1. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Uniform over 0 to n - 1, without bias. @throws RangeError unless n is an integer from 1 to 2^32. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4_294_967_296) {
      throw new RangeError(`integer(n) needs an integer n from 1 to 2^32; got ${n}`);
    }
    const limit = 4_294_967_296 - (4_294_967_296 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  /** Standard normal (Marsaglia's polar method). */
  gaussian(): number {
    if (!Number.isNaN(this.#spareGaussian)) {
      const spare = this.#spareGaussian;
      this.#spareGaussian = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareGaussian = v * factor;
      return u * factor;
    }
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<A extends unknown[] | Uint32Array | Int32Array | Float32Array | Float64Array>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }

  /** Draws `count` different integers from 0 to n - 1, in random order. @throws RangeError if count > n. */
  sample(n: number, count: number): Uint32Array {
    if (count > n) throw new RangeError(`cannot draw ${count} different integers below ${n}`);
    const drawn = new Uint32Array(count);
    // For a small part of n, draw again on a repetition. For a large part, take the first part of a shuffle.
    if (count * 3 < n) {
      const seen = new Set<number>();
      while (seen.size < count) {
        const candidate = this.integer(n);
        if (seen.has(candidate)) continue;
        drawn[seen.size] = candidate;
        seen.add(candidate);
      }
      return drawn;
    }
    const all = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + this.integer(n - i);
      drawn[i] = all[j];
      all[j] = all[i];
    }
    return drawn;
  }
}

/** Hashes a string to four 32-bit words, with the mixing of MurmurHash3 in four lanes. */
function hashToWords(text: string): Uint32Array {
  const words = Uint32Array.of(0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667);
  const multipliers = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(words[lane] ^ unit, multipliers[lane]);
      words[lane] = (mixed << 13) | (mixed >>> 19);
    }
  }
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < 4; lane++) {
      let h = words[lane] ^ words[(lane + 1) % 4] ^ text.length;
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      words[lane] = h ^ (h >>> 16);
    }
  }
  return words;
}
