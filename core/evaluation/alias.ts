/**
 * @module
 */
import type { Prng } from '../random/prng.ts';

/** Draws indices in proportion to weights in constant time (Walker 1977; Vose 1991). */
export class AliasTable {
  readonly #threshold: Float64Array;
  readonly #alias: Uint32Array;

  /** @param weights not negative, at least one positive. @throws RangeError otherwise. */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      if (!(weights[i] >= 0)) throw new RangeError(`weight ${i} is ${weights[i]}; weights must not be negative`);
      total += weights[i];
    }
    if (!(total > 0 && Number.isFinite(total))) throw new RangeError('no weight is positive: nothing can be drawn');
    const scaled = Float64Array.from({ length: n }, (_, i) => (weights[i] * n) / total);
    this.#threshold = new Float64Array(n).fill(1);
    this.#alias = Uint32Array.from({ length: n }, (_, i) => i);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < n; i++) (scaled[i] < 1 ? small : large).push(i);
    const best = heaviest(weights);
    for (let s = small.pop(); s !== undefined; s = small.pop()) {
      // Rounding may leave the last small cells without a partner. They get the heaviest index, so that a weight of
      // zero is never drawn.
      const l = large.at(-1) ?? best;
      this.#threshold[s] = scaled[s];
      this.#alias[s] = l;
      scaled[l] -= 1 - scaled[s];
      if (large.length > 0 && scaled[l] < 1) {
        large.pop();
        small.push(l);
      }
    }
  }

  draw(prng: Prng): number {
    const cell = prng.integer(this.#alias.length);
    return prng.uniform() < this.#threshold[cell] ? cell : this.#alias[cell];
  }
}

function heaviest(weights: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < weights.length; i++) if (weights[i] > weights[best]) best = i;
  return best;
}
