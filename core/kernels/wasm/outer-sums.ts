/**
 * Outer products of integers in WebAssembly, all blocks in one arena.
 * @module
 */
import type { Grams, OuterOrder, OuterSums } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { inEights, inFours } from './products.ts';

/** Rows of a smaller square than this have numbers of 16 bits. */
const NARROW_SQUARE = 2 ** 30;
const WORD = 2 ** 32;

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
  /** True if every integer that was rounded last, or kept, is within 16 bits. */
  isPlacedNarrow: boolean;
  isNarrow: boolean;
  /** Views for each number of terms. A view costs more than a person's arithmetic on a small block. */
  readonly views: (Views | undefined)[];
  /** int32 [left, right]: the sum of what was kept and multiplied. */
  readonly result: number;
}

interface Views {
  readonly grams: Grams;
  readonly coins: Uint32Array;
}

/** Numbers in the larger factors of the widest block that are kept, about, before they are multiplied: they stay in the caches. */
const KEPT_NUMBERS = 2 ** 18;

/** Undefined where the job is too large for one arena. */
export function outerSumsInWasm(order: OuterOrder): OuterSums | undefined {
  const { blocks, terms } = order;
  const widths = blocks.flatMap(({ rows, columns }) => [inFours(rows), inEights(columns)]);
  const pairs = blocks.map((_, b) => [widths[2 * b], widths[2 * b + 1]]);
  const words = terms * Math.max(...pairs.map(([left, right]) => left + right));
  const persons = Math.min(order.persons, Math.ceil(KEPT_NUMBERS / (terms * Math.max(...widths))));
  const results = pairs.reduce((sum, [left, right]) => sum + paddedBytes(left * right), 0);
  const sides = widths.reduce(
    (sum, width) =>
      sum + paddedBytes(terms * width) * (1 + persons) + paddedBytes(terms) + paddedBytes(2 * terms * terms),
    0,
  );
  const size = sides + 3 * paddedBytes(words) + results;
  return size > LARGEST_ARENA ? undefined : new WasmOuterSums(openArena(size), { blocks, terms, persons }, words);
}

class WasmOuterSums implements OuterSums {
  readonly #arena: Arena;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #blocks: readonly Block[];
  /** Room for a person's factors as they come, and later for their coins. */
  readonly #words: number;
  readonly #ties: number;
  /** Terms of a block for which there is room. */
  readonly #rows: number;
  readonly #terms: number;

  constructor(arena: Arena, { blocks, persons, terms }: OuterOrder, words: number) {
    this.#arena = arena;
    this.#ties = arena.take(2 * words);
    this.#floats = arena.floats(0, arena.size / 4);
    this.#integers = arena.integers(0, arena.size / 4);
    this.#doubles = arena.doubles(0, arena.size / 8);
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
      isPlacedNarrow: true,
      isNarrow: true,
      result: arena.take(inFours(rows) * inEights(columns)),
      views: [],
    }));
    this.#words = arena.take(words);
    this.#rows = terms * persons;
    this.#terms = terms;
  }

  place(block: number, left: Float32Array, right: Float32Array): Grams {
    const to = this.#blocks[block];
    to.placed = left.length / to.left.width;
    this.#place(to.left, left, to.placed);
    this.#place(to.right, right, to.placed);
    return this.#views(to).grams;
  }

  #place({ floats, gram, padded, width }: Side, values: Float32Array, terms: number): void {
    const { code } = this.#arena;
    this.#floats.set(values, (width === padded ? floats : this.#words) >> 2);
    if (width !== padded) code.padRows(this.#words, terms, width, padded, floats);
    code.floatGram(floats, terms, padded, gram);
  }

  coins(block: number): Uint32Array {
    return this.#views(this.#blocks[block]).coins;
  }

  round(block: number, factors: Float64Array, word: () => number): Grams {
    const to = this.#blocks[block];
    const { left, placed, right } = to;
    for (let term = 0; term < placed; term++) {
      this.#floats[(left.factors >> 2) + term] = factors[2 * term];
      this.#floats[(right.factors >> 2) + term] = factors[2 * term + 1];
    }
    to.isPlacedNarrow = true;
    this.#round(to, left, this.#words, word);
    this.#round(to, right, this.#words + placed * left.padded, word);
    return this.#views(to).grams;
  }

  #round(block: Block, { factors, floats, gram, integers, padded }: Side, coins: number, word: () => number): void {
    const { code } = this.#arena;
    const { kept, placed } = block;
    const out = integers + kept * padded * 4;
    const ties = code.roundRows(floats, placed, padded, factors, coins, out, this.#ties);
    for (let at = this.#ties >> 2; at < (this.#ties >> 2) + 2 * ties; at += 2) {
      const rest = this.#floats[at + 1];
      if (word() < Math.abs(rest) * WORD) this.#integers[(out >> 2) + this.#integers[at]] += rest < 0 ? -1 : 1;
    }
    code.integerGram(out, placed, padded, gram);
    for (let term = 0; term < placed; term++) {
      block.isPlacedNarrow &&= this.#doubles[(gram >> 3) + term * (placed + 1)] < NARROW_SQUARE;
    }
  }

  keep(): void {
    for (const block of this.#blocks) {
      block.kept += block.placed;
      block.placed = 0;
      block.isNarrow &&= block.isPlacedNarrow;
      if (block.kept + this.#terms > this.#rows) this.#multiply(block);
    }
  }

  #multiply(block: Block): void {
    const { isNarrow, kept, left, result, right } = block;
    if (kept === 0) return;
    const { code } = this.#arena;
    if (isNarrow) {
      for (const { integers, padded } of [left, right]) code.pairRows(integers, kept, padded);
      const pairs = Math.ceil(kept / 2);
      code.outerSumOfPairs(left.integers, left.padded, right.integers, right.padded, pairs, result);
    } else code.outerSum(left.integers, left.padded, right.integers, right.padded, kept, result);
    block.kept = 0;
    block.isNarrow = true;
  }

  addTo(block: number, into: Float64Array, at: number): void {
    const from = this.#blocks[block];
    this.#multiply(from);
    const { left, result, right } = from;
    for (let row = 0; row < left.width; row++) {
      const first = (result >> 2) + row * right.padded;
      const start = at + row * right.width;
      for (let column = 0; column < right.width; column++) into[start + column] += this.#integers[first + column];
    }
    this.#integers.fill(0, result >> 2, (result >> 2) + left.padded * right.padded);
  }

  #views({ left, placed, right, views }: Block): Views {
    return (views[placed] ??= {
      grams: {
        left: this.#arena.doubles(left.gram, placed * placed),
        right: this.#arena.doubles(right.gram, placed * placed),
      },
      coins: this.#arena.words(this.#words, (placed * (left.padded + right.padded)) / 4),
    });
  }
}
