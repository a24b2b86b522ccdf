/**
 * One row's normal equations in implicit ALS, (B + FᵀF) x = Fᵀ 1 with F the factors of what the row has seen and B the part
 * that is the same for all rows of equal length.
 *
 * In the axes in which w0 times the Gram matrix is diagonal, B is diagonal too, and a row shorter than the dimension is
 * cheaper in its dual: x = B⁻¹ Fᵀ (I + F B⁻¹ Fᵀ)⁻¹ 1 (Woodbury). Most histories are short: the same answer, several times
 * faster.
 * @module
 */
import { choleskyInPlace, choleskySolve } from '../linear-algebra/cholesky.ts';
import { gram } from '../linear-algebra/products.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import type { AlsSettings } from './als-settings.ts';

export class RowSolver {
  readonly #settings: AlsSettings;
  readonly #d: number;
  readonly #count: number;
  /** Axes of the Gram matrix of the fixed factors, one per row. */
  readonly #axes: Float64Array; /* [d, d] */
  /** w0 times its eigenvalues. */
  readonly #strengths: Float64Array; /* [d] */
  /** The fixed factors on those axes. */
  readonly #fixed: Float64Array; /* [count, d] */
  /** One over the diagonal of B. */
  readonly #inverse: Float64Array; /* [d] */
  readonly #solution: Float64Array; /* [d] */
  readonly #restored: Float64Array; /* [d] */
  #scaled = new Float64Array(0);
  #system = new Float64Array(0);
  #right = new Float64Array(0);

  /** @param fixed factors of the other side, float32 [count, d] row-major; copied. */
  constructor(fixed: Float32Array, settings: AlsSettings) {
    const d = settings.dimension;
    this.#settings = settings;
    this.#d = d;
    this.#count = fixed.length / d;
    const { values, vectors } = symmetricEigen(gram(fixed, d), d);
    this.#axes = vectors;
    this.#strengths = values.map((value) => settings.unseenWeight * Math.max(value, 0));
    this.#fixed = new Float64Array(fixed.length);
    for (let from = 0; from < fixed.length; from += d) {
      for (let axis = 0; axis < d; axis++) {
        let sum = 0;
        for (let i = 0; i < d; i++) sum += vectors[axis * d + i] * fixed[from + i];
        this.#fixed[from + axis] = sum;
      }
    }
    this.#inverse = new Float64Array(d);
    this.#solution = new Float64Array(d);
    this.#restored = new Float64Array(d);
  }

  /** Solves the row seen[from..to) into `out` at `at`. An empty row gives zeros. */
  solve(seen: Uint32Array, from: number, to: number, out: Float32Array, at: number): void {
    const d = this.#d;
    const length = to - from;
    if (length === 0) {
      out.fill(0, at, at + d);
      return;
    }
    const { ridge, ridgeExponent, unseenWeight } = this.#settings;
    const diagonal = ridge * (length + unseenWeight * this.#count) ** ridgeExponent;
    for (let axis = 0; axis < d; axis++) this.#inverse[axis] = 1 / (this.#strengths[axis] + diagonal);
    if (length < d) this.#solveDual(seen, from, length);
    else this.#solvePrimal(seen, from, length);
    const solution = this.#solution;
    const restored = this.#restored.fill(0);
    for (let axis = 0; axis < d; axis++) {
      const value = solution[axis];
      for (let i = 0; i < d; i++) restored[i] += value * this.#axes[axis * d + i];
    }
    out.set(restored, at);
  }

  #solveDual(seen: Uint32Array, from: number, length: number): void {
    const d = this.#d;
    const fixed = this.#fixed;
    const inverse = this.#inverse;
    this.#reserve(length);
    const scaled = this.#scaled;
    const system = this.#system;
    const right = this.#right;
    for (let a = 0; a < length; a++) {
      const rowA = seen[from + a] * d;
      const scaledA = a * d;
      for (let i = 0; i < d; i++) scaled[scaledA + i] = fixed[rowA + i] * inverse[i];
      for (let b = 0; b <= a; b++) {
        const rowB = seen[from + b] * d;
        let sum = 0;
        for (let i = 0; i < d; i++) sum += scaled[scaledA + i] * fixed[rowB + i];
        system[a * length + b] = sum;
      }
      system[a * length + a] += 1;
      right[a] = 1;
    }
    choleskyInPlace(system, length);
    choleskySolve(system, length, right);
    this.#solution.fill(0);
    for (let a = 0; a < length; a++) {
      const weight = right[a];
      for (let i = 0; i < d; i++) this.#solution[i] += weight * scaled[a * d + i];
    }
  }

  #solvePrimal(seen: Uint32Array, from: number, length: number): void {
    const d = this.#d;
    const fixed = this.#fixed;
    this.#reserve(d);
    const system = this.#system;
    system.fill(0, 0, d * d);
    const right = this.#solution.fill(0);
    for (let a = 0; a < length; a++) {
      const row = seen[from + a] * d;
      for (let i = 0; i < d; i++) {
        const value = fixed[row + i];
        right[i] += value;
        for (let j = 0; j <= i; j++) system[i * d + j] += value * fixed[row + j];
      }
    }
    for (let i = 0; i < d; i++) system[i * d + i] += 1 / this.#inverse[i];
    choleskyInPlace(system, d);
    choleskySolve(system, d, right);
  }

  #reserve(length: number): void {
    if (this.#right.length >= length) return;
    this.#scaled = new Float64Array(length * this.#d);
    this.#system = new Float64Array(length * length);
    this.#right = new Float64Array(length);
  }
}
