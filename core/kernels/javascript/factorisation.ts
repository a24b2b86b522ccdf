/**
 * Implicit factorisation in plain JavaScript: what the WebAssembly kernel computes, with sums in float64.
 * @module
 */
import type { CompressedRows, Factorisation, FactorisationOrder, Side } from '../kernels.ts';
import { crossProductInJavaScript, multiplyInJavaScript } from './products.ts';

/** Squared residual, in the norm of the preconditioner, at which a row is solved. */
const SOLVED = 1e-10;

export function factorisationInJavaScript(order: FactorisationOrder): Factorisation {
  const { dimension: d, items, persons, ridges, start } = order;
  const rows: Record<Side, CompressedRows> = { persons, items };
  const factors: Record<Side, Float32Array> = {
    persons: new Float32Array((persons.offsets.length - 1) * d),
    items: start.slice(),
  };
  return {
    gram: (side) => crossProductInJavaScript(factors[side], d, undefined, d),
    rotate(rotation) {
      for (const side of ['persons', 'items'] as const) {
        factors[side] = multiplyInJavaScript(factors[side], d, rotation, d);
      }
    },
    solve(side, strengths, steps) {
      const fixed = factors[side === 'persons' ? 'items' : 'persons'];
      new RowSteps(fixed, d, strengths).solve(rows[side], ridges[side], factors[side], steps);
    },
    factors: (side) => factors[side].slice(),
  };
}

class RowSteps {
  readonly #fixed: Float32Array;
  readonly #d: number;
  readonly #strengths: Float64Array;
  readonly #x: Float64Array;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #product: Float64Array;
  readonly #diagonal: Float64Array;

  constructor(fixed: Float32Array, d: number, strengths: Float64Array) {
    this.#fixed = fixed;
    this.#d = d;
    this.#strengths = strengths;
    this.#x = new Float64Array(d);
    this.#residual = new Float64Array(d);
    this.#direction = new Float64Array(d);
    this.#product = new Float64Array(d);
    this.#diagonal = new Float64Array(d);
  }

  solve({ items, offsets }: CompressedRows, ridges: Float32Array, solved: Float32Array, steps: number): void {
    const d = this.#d;
    const x = this.#x;
    for (let row = 0; row + 1 < offsets.length; row++) {
      const seen = items.subarray(offsets[row], offsets[row + 1]);
      if (seen.length === 0) {
        solved.fill(0, row * d, row * d + d);
        continue;
      }
      for (let i = 0; i < d; i++) {
        this.#diagonal[i] = this.#strengths[i] + ridges[row];
        x[i] = solved[row * d + i];
      }
      this.#row(seen, steps);
      solved.set(x, row * d);
    }
  }

  #row(seen: Uint32Array, steps: number): void {
    const d = this.#d;
    const x = this.#x;
    const residual = this.#residual;
    const direction = this.#direction;
    const product = this.#product;
    const diagonal = this.#diagonal;
    for (let i = 0; i < d; i++) residual[i] = -diagonal[i] * x[i];
    this.#accumulate(seen, x, residual, 1, -1);
    let square = 0;
    for (let i = 0; i < d; i++) {
      direction[i] = residual[i] / diagonal[i];
      square += residual[i] * direction[i];
    }
    for (let step = 0; step < steps && square > SOLVED; step++) {
      for (let i = 0; i < d; i++) product[i] = diagonal[i] * direction[i];
      this.#accumulate(seen, direction, product, 0, 1);
      let curvature = 0;
      for (let i = 0; i < d; i++) curvature += direction[i] * product[i];
      const length = square / curvature;
      let next = 0;
      for (let i = 0; i < d; i++) {
        x[i] += length * direction[i];
        residual[i] -= length * product[i];
        next += (residual[i] * residual[i]) / diagonal[i];
      }
      for (let i = 0; i < d; i++) direction[i] = residual[i] / diagonal[i] + (next / square) * direction[i];
      square = next;
    }
  }

  /** q += Fᵀ (base + sign F p). */
  #accumulate(seen: Uint32Array, p: Float64Array, q: Float64Array, base: number, sign: number): void {
    const d = this.#d;
    const fixed = this.#fixed;
    for (const item of seen) {
      const at = item * d;
      let sum = 0;
      for (let i = 0; i < d; i++) sum += fixed[at + i] * p[i];
      const weight = base + sign * sum;
      for (let i = 0; i < d; i++) q[i] += weight * fixed[at + i];
    }
  }
}
