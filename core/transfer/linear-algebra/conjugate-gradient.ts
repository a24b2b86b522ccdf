/**
 * Conjugate gradients for one symmetric positive definite matrix and many right-hand sides at once (Hestenes and Stiefel
 * 1952): each column has its own step lengths, all share the products with the matrix.
 * @module
 */

export interface ConjugateGradientOptions {
  readonly iterations: number;
  /** Stops when every residual is below this part of its right-hand side. */
  readonly tolerance: number;
  readonly signal?: AbortSignal;
}

/**
 * Solves (A + shift I) X = B.
 * @param a float32 [n, n] row-major, symmetric
 * @param b float64 [n, columns] row-major
 * @returns float64 [n, columns]
 */
export function conjugateGradient(
  a: Float32Array,
  n: number,
  shift: number,
  b: Float64Array,
  columns: number,
  options: ConjugateGradientOptions,
): Float64Array {
  const x = new Float64Array(n * columns);
  const residual = Float64Array.from(b);
  const direction = Float64Array.from(b);
  const product = new Float64Array(n * columns);
  let squares = columnSquares(residual, columns);
  const enough = squares.map((square) => square * options.tolerance ** 2);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (squares.every((square, c) => square <= enough[c])) break;
    options.signal?.throwIfAborted();
    symmetricProduct(a, n, direction, columns, product);
    for (let i = 0; i < product.length; i++) product[i] += shift * direction[i];
    const curvature = columnDots(direction, product, columns);
    const step = squares.map((square, c) => (curvature[c] > 0 ? square / curvature[c] : 0));
    for (let i = 0, c = 0; i < x.length; i++) {
      x[i] += step[c] * direction[i];
      residual[i] -= step[c] * product[i];
      if (++c === columns) c = 0;
    }
    const next = columnSquares(residual, columns);
    for (let i = 0, c = 0; i < x.length; i++) {
      direction[i] = residual[i] + (squares[c] > 0 ? next[c] / squares[c] : 0) * direction[i];
      if (++c === columns) c = 0;
    }
    squares = next;
  }
  return x;
}

/** A P into `out`, reading only the lower triangle of A: half the memory traffic. */
function symmetricProduct(a: Float32Array, n: number, p: Float64Array, columns: number, out: Float64Array): void {
  out.fill(0);
  const line = new Float64Array(columns);
  const own = new Float64Array(columns);
  for (let i = 0; i < n; i++) {
    const rowI = i * columns;
    for (let c = 0; c < columns; c++) own[c] = p[rowI + c];
    line.fill(0);
    for (let j = 0; j < i; j++) {
      const value = a[i * n + j];
      if (value === 0) continue;
      const rowJ = j * columns;
      for (let c = 0; c < columns; c++) {
        line[c] += value * p[rowJ + c];
        out[rowJ + c] += value * own[c];
      }
    }
    const diagonal = a[i * n + i];
    for (let c = 0; c < columns; c++) out[rowI + c] += line[c] + diagonal * own[c];
  }
}

function columnSquares(a: Float64Array, columns: number): Float64Array {
  return columnDots(a, a, columns);
}

function columnDots(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0, c = 0; i < a.length; i++) {
    out[c] += a[i] * b[i];
    if (++c === columns) c = 0;
  }
  return out;
}
