/**
 * Conjugate gradients for many right-hand sides and many shifts of one symmetric matrix at once (Hestenes and Stiefel 1952;
 * shifts: Jegerlehner, "Krylov space solvers for shifted linear systems", hep-lat/9612014, 1996). Each column has its own step
 * lengths, all share the products with the matrix; and the residuals of all shifts are multiples of one another, so that a path
 * of penalties costs as many products as its smallest.
 * @module
 */

export interface ConjugateGradientOptions {
  readonly iterations: number;
  /** Iteration stops once every residual is below this fraction of its right-hand side. */
  readonly tolerance: number;
  readonly signal?: AbortSignal;
}

/**
 * Solves (A + shift I) X = B for every shift.
 * @param product A P for P float64 [n, columns]
 * @param shifts such that every A + shift I is positive definite
 * @param b float64 [n, columns] row-major
 * @returns for each shift, float64 [n, columns]
 */
export function conjugateGradients(
  product: (p: Float64Array) => Float32Array | Float64Array,
  shifts: readonly number[],
  b: Float64Array,
  columns: number,
  options: ConjugateGradientOptions,
): Float64Array[] {
  const smallest = Math.min(...shifts);
  const residual = Float64Array.from(b);
  const direction = Float64Array.from(b);
  const paths = shifts.map((shift) => new ShiftedPath(shift - smallest, b, columns));
  let squares = columnDots(residual, residual, columns);
  const enough = squares.map((square) => square * options.tolerance ** 2);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (squares.every((square, c) => square <= enough[c])) break;
    options.signal?.throwIfAborted();
    const image = product(direction);
    const curvature = new Float64Array(columns);
    for (let i = 0, c = 0; i < direction.length; i++) {
      curvature[c] += direction[i] * (image[i] + smallest * direction[i]);
      if (++c === columns) c = 0;
    }
    const steps = squares.map((square, c) => (curvature[c] > 0 ? square / curvature[c] : 0));
    for (const path of paths) path.step(steps);
    for (let i = 0, c = 0; i < residual.length; i++) {
      residual[i] -= steps[c] * (image[i] + smallest * direction[i]);
      if (++c === columns) c = 0;
    }
    const next = columnDots(residual, residual, columns);
    const turns = next.map((square, c) => (squares[c] > 0 ? square / squares[c] : 0));
    for (let i = 0, c = 0; i < direction.length; i++) {
      direction[i] = residual[i] + turns[c] * direction[i];
      if (++c === columns) c = 0;
    }
    for (const path of paths) path.turn(residual, steps, turns);
    squares = next;
  }
  return paths.map(({ solution }) => solution);
}

/** The iterates of one shift above the smallest: its residual is `ratio` times the smallest's, column by column. */
class ShiftedPath {
  readonly solution: Float64Array;
  readonly #above: number;
  readonly #columns: number;
  readonly #direction: Float64Array;
  readonly #stepSoFar: Float64Array;
  readonly #turnSoFar: Float64Array;
  #before: Float64Array;
  #ratio: Float64Array;
  #after: Float64Array;

  constructor(above: number, b: Float64Array, columns: number) {
    this.solution = new Float64Array(b.length);
    this.#above = above;
    this.#columns = columns;
    this.#direction = Float64Array.from(b);
    this.#stepSoFar = new Float64Array(columns).fill(1);
    this.#turnSoFar = new Float64Array(columns);
    this.#before = new Float64Array(columns).fill(1);
    this.#ratio = new Float64Array(columns).fill(1);
    this.#after = new Float64Array(columns).fill(1);
  }

  step(steps: Float64Array): void {
    const own = new Float64Array(this.#columns);
    for (let c = 0; c < own.length; c++) {
      const step = steps[c];
      const [before, ratio, last] = [this.#before[c], this.#ratio[c], this.#stepSoFar[c]];
      const below = step * this.#turnSoFar[c] * (before - ratio) + before * last * (1 + step * this.#above);
      // A column that is solved, to the last bit or at a far larger shift, stays where it is.
      const isMoving = step > 0 && ratio !== 0 && below !== 0;
      this.#after[c] = isMoving ? (ratio * before * last) / below : ratio;
      own[c] = isMoving ? (step * this.#after[c]) / ratio : 0;
    }
    for (let i = 0, c = 0; i < this.solution.length; i++) {
      this.solution[i] += own[c] * this.#direction[i];
      if (++c === own.length) c = 0;
    }
  }

  /** Moves to the next direction, once the smallest shift's residual is known. */
  turn(residual: Float64Array, steps: Float64Array, turns: Float64Array): void {
    const own = new Float64Array(this.#columns);
    for (let c = 0; c < own.length; c++) {
      const share = this.#ratio[c] === 0 ? 0 : this.#after[c] / this.#ratio[c];
      own[c] = turns[c] * share * share;
      if (steps[c] > 0) this.#stepSoFar[c] = steps[c];
      this.#turnSoFar[c] = turns[c];
    }
    for (let i = 0, c = 0; i < residual.length; i++) {
      this.#direction[i] = this.#after[c] * residual[i] + own[c] * this.#direction[i];
      if (++c === own.length) c = 0;
    }
    [this.#before, this.#ratio, this.#after] = [this.#ratio, this.#after, this.#before];
  }
}

function columnDots(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0, c = 0; i < a.length; i++) {
    out[c] += a[i] * b[i];
    if (++c === columns) c = 0;
  }
  return out;
}
