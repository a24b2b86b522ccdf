/**
 * Outer products of integers: the reference. It adds in the order of the WebAssembly, so that both give the same bits.
 * @module
 */
import type { Grams, OuterOrder, OuterSums } from '../kernels.ts';

const WORD = 2 ** 32;
const LARGEST_INTEGER = 2 ** 31 - 1;

/** One side of a block: the person's floats, and what they were rounded to last. */
interface Side {
  readonly width: number;
  readonly padded: number;
  floats: Float32Array;
  integers: readonly (readonly number[])[];
}

export function outerSumsInJavaScript({ blocks }: OuterOrder): OuterSums {
  const all = blocks.map(({ rows, columns }) => ({
    left: side(rows, Math.ceil(rows / 4) * 4),
    right: side(columns, Math.ceil(columns / 8) * 8),
    coins: new Uint32Array(0),
    total: new Int32Array(rows * columns),
  }));
  return {
    place(block, left, right) {
      const to = all[block];
      to.coins = new Uint32Array(((left.length / to.left.width) * (to.left.padded + to.right.padded)) / 4);
      to.left.floats = left;
      to.right.floats = right;
      return { left: gram(floatRows(to.left)), right: gram(floatRows(to.right)) };
    },
    coins: (block) => all[block].coins,
    round(block, factors, word): Grams {
      const { coins, left, right } = all[block];
      const terms = left.floats.length / left.width;
      const bytes = new Uint8Array(coins.buffer);
      for (const [at, one] of [left, right].entries()) {
        const first = at * terms * left.padded;
        one.integers = floatRows(one).map((row, term) =>
          Array.from(row, (value, i) =>
            rounding(value, factors[2 * term + at], bytes[first + term * one.padded + i], word),
          ),
        );
      }
      return { left: gram(left.integers), right: gram(right.integers) };
    },
    keep() {
      for (const { left, right, total } of all) {
        for (const [term, x] of left.integers.entries()) {
          const y = right.integers[term];
          for (let i = 0; i < x.length; i++) {
            for (let j = 0; j < y.length; j++) total[i * y.length + j] += Math.imul(x[i], y[j]);
          }
        }
        left.integers = [];
        right.integers = [];
      }
    },
    addTo(block, into, at) {
      const { total } = all[block];
      total.forEach((value, i) => (into[at + i] += value));
      total.fill(0);
    },
  };
}

const side = (width: number, padded: number): Side => ({ width, padded, floats: new Float32Array(0), integers: [] });

function floatRows({ floats, width }: Side): Float32Array[] {
  return Array.from({ length: floats.length / width }, (_, row) => floats.subarray(row * width, (row + 1) * width));
}

function rounding(value: number, factor: number, coin: number, word: () => number): number {
  const magnitude = Math.fround(Math.abs(value) * Math.fround(factor));
  const low = Math.floor(magnitude);
  const fraction = (magnitude - low) * 256;
  const start = Math.floor(fraction);
  const isTied = coin === start && start < fraction;
  const up = coin < start || (isTied && word() < (fraction - start) * WORD) ? 1 : 0;
  const integer = Number.isNaN(low) ? 0 : Math.min(low, LARGEST_INTEGER) + up;
  return value < 0 ? -integer : integer;
}

/** Four sums side by side, as the lanes of a vector. */
function gram(rows: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(rows.length ** 2);
  for (let r = 0; r < rows.length; r++) {
    for (let s = 0; s <= r; s++) {
      const lanes = [0, 0, 0, 0];
      for (let i = 0; i < rows[r].length; i++) lanes[i % 4] += rows[r][i] * rows[s][i];
      const sum = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
      out[r * rows.length + s] = sum;
      out[s * rows.length + r] = sum;
    }
  }
  return out;
}
