/**
 * Outer products of integers in WebAssembly, all blocks in one arena.
 * @module
 */
import type { Grams, OuterOrder, OuterSums } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { inEights, inFours } from './products.ts';

/** One side of a block. */
interface Side {
  readonly width: number;
  readonly padded: number;
  /** Floats of one person [terms, padded]. */
  readonly floats: number;
  /** Integers of everybody [terms x persons, padded]. */
  readonly integers: number;
  readonly factors: number;
  /** float64 [terms, terms]. */
  readonly gram: number;
}

interface Block {
  readonly left: Side;
  readonly right: Side;
  /** Terms that were placed, and those that were kept before. */
  placed: number;
  kept: number;
}

/** Undefined where the job is too large for one arena. */
export function outerSumsInWasm(order: OuterOrder): OuterSums | undefined {
  const { blocks, persons, terms } = order;
  const widths = blocks.flatMap(({ rows, columns }) => [inFours(rows), inEights(columns)]);
  const pairs = blocks.map((_, b) => [widths[2 * b], widths[2 * b + 1]]);
  const words = terms * Math.max(...pairs.map(([left, right]) => left + right));
  const result = Math.max(...pairs.map(([left, right]) => left * right));
  const sides = widths.reduce(
    (sum, width) =>
      sum + paddedBytes(terms * width) * (1 + persons) + paddedBytes(terms) + paddedBytes(2 * terms * terms),
    0,
  );
  const size = sides + paddedBytes(words) + paddedBytes(result);
  return size > LARGEST_ARENA ? undefined : new WasmOuterSums(openArena(size), order, words, result);
}

class WasmOuterSums implements OuterSums {
  readonly #arena: Arena;
  readonly #blocks: readonly Block[];
  readonly #words: number;
  readonly #result: number;

  constructor(arena: Arena, { blocks, persons, terms }: OuterOrder, words: number, result: number) {
    this.#arena = arena;
    const side = (width: number, padded: number): Side => {
      const floats = arena.take(terms * padded);
      const integers = arena.take(terms * padded * persons);
      return { width, padded, floats, integers, factors: arena.take(terms), gram: arena.take(2 * terms * terms) };
    };
    this.#blocks = blocks.map(({ rows, columns }) => ({
      left: side(rows, inFours(rows)),
      right: side(columns, inEights(columns)),
      placed: 0,
      kept: 0,
    }));
    this.#words = arena.take(words);
    this.#result = arena.take(result);
  }

  place(block: number, left: Float32Array, right: Float32Array): Grams {
    const to = this.#blocks[block];
    to.placed = left.length / to.left.width;
    for (const [side, values] of [
      [to.left, left],
      [to.right, right],
    ] as const) {
      this.#arena.writeRows(side.floats, values, side.width, side.padded);
      this.#arena.code.floatGram(side.floats, to.placed, side.padded, side.gram);
    }
    return this.#grams(to);
  }

  wordsPerTerm(block: number): number {
    return this.#blocks[block].left.padded + this.#blocks[block].right.padded;
  }

  round(block: number, factors: Float64Array, words: Uint32Array): Grams {
    const { code } = this.#arena;
    const to = this.#blocks[block];
    this.#arena.words(this.#words, words.length).set(words);
    let coins = this.#words;
    for (const [side, first] of [
      [to.left, 0],
      [to.right, 1],
    ] as const) {
      const own = this.#arena.floats(side.factors, to.placed);
      for (let term = 0; term < to.placed; term++) own[term] = factors[2 * term + first];
      const out = side.integers + to.kept * side.padded * 4;
      code.roundRows(side.floats, to.placed, side.padded, side.factors, coins, out);
      code.integerGram(out, to.placed, side.padded, side.gram);
      coins += to.placed * side.padded * 4;
    }
    return this.#grams(to);
  }

  keep(): void {
    for (const block of this.#blocks) {
      block.kept += block.placed;
      block.placed = 0;
    }
  }

  addTo(block: number, into: Float64Array, at: number): void {
    const { kept, left, right } = this.#blocks[block];
    if (kept === 0) return;
    this.#arena.code.outerSum(left.integers, left.padded, right.integers, right.padded, kept, this.#result);
    for (let row = 0; row < left.width; row++) {
      const from = this.#arena.integers(this.#result + row * right.padded * 4, right.width);
      const start = at + row * right.width;
      for (let column = 0; column < from.length; column++) into[start + column] += from[column];
    }
  }

  clear(): void {
    for (const block of this.#blocks) block.kept = 0;
  }

  #grams({ left, placed, right }: Block): Grams {
    const size = placed * placed;
    return { left: this.#arena.doubles(left.gram, size), right: this.#arena.doubles(right.gram, size) };
  }
}
