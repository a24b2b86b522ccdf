/**
 * The best of many rows: rows in bytes say which may be among the best, and only these are scored exactly.
 * @module
 */
import { bestItems } from '../../evaluation/rank.ts';
import { kernels } from '../../kernels/index.ts';
import type { FilterOrder, Numbers, RowFilter } from '../../kernels/index.ts';

export interface Best {
  /** Best first; of equal scores the first row. */
  readonly rows: readonly number[];
  readonly scores: readonly number[];
}

export class BestRows {
  readonly #filter: RowFilter;
  readonly #all: Uint32Array;

  /** @param doubts see FilterOrder. */
  constructor(parts: FilterOrder['parts'], constants: Float32Array, doubts: Float32Array) {
    this.#filter = kernels.holdFilter({ parts, constants, doubts });
    this.#all = Uint32Array.from(constants.keys());
  }

  /**
   * The k rows with the highest scores above -Infinity, without some.
   * @param vs one vector for each part. @param exact the scores of some rows
   */
  best(
    vs: readonly Numbers[],
    k: number,
    exact: (rows: Uint32Array) => Float32Array,
    without: ReadonlySet<number> = NOTHING,
  ): Best {
    // Of the k best with those left out, at least k remain.
    const rows = this.#filter.candidates(vs, k + without.size) ?? this.#all;
    const scores = exact(rows);
    rows.forEach((row, at) => {
      if (without.has(row)) scores[at] = -Infinity;
    });
    const best = bestItems(scores, k);
    return { rows: best.map((at) => rows[at]), scores: best.map((at) => scores[at]) };
  }
}

const NOTHING: ReadonlySet<number> = new Set();

/** The k rows with the highest scores above -Infinity, without some. @param scores of all rows */
export function bestOfAll(scores: Float32Array, k: number, without: Uint32Array): Best {
  const rows = bestItems(scores, k, new Set(without));
  return { rows, scores: rows.map((row) => scores[row]) };
}
