/**
 * Cholesky factorisation of symmetric positive definite systems: in place, row-major, lower triangle.
 * @module
 */
import { TransferError } from '../errors.ts';

/**
 * Factors A = L Lᵀ in place: the lower triangle of `a` becomes L, the upper one stays as it was.
 * @param a float64 [n, n] row-major; only its lower triangle is read.
 * @throws TransferError TRANSFER_NOT_POSITIVE_DEFINITE if a pivot is not positive.
 */
export function choleskyInPlace(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    for (let i = 0; i < j; i++) {
      const rowI = i * n;
      let sum = a[rowJ + i];
      for (let k = 0; k < i; k++) sum -= a[rowJ + k] * a[rowI + k];
      a[rowJ + i] = sum / a[rowI + i];
    }
    let pivot = a[rowJ + j];
    for (let k = 0; k < j; k++) {
      const value = a[rowJ + k];
      pivot -= value * value;
    }
    if (!(pivot > 0)) {
      throw new TransferError(
        'TRANSFER_NOT_POSITIVE_DEFINITE',
        `pivot ${j} of ${n} is ${pivot}: the matrix is not positive definite; add a larger ridge to its diagonal`,
      );
    }
    a[rowJ + j] = Math.sqrt(pivot);
  }
}

/** Solves L Lᵀ x = b in place for one right-hand side; `b` starts at `offset`. */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array, offset = 0): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = b[offset + i];
    for (let k = 0; k < i; k++) sum -= l[row + k] * b[offset + k];
    b[offset + i] = sum / l[row + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[offset + i] / l[i * n + i];
    b[offset + i] = value;
    const row = i * n;
    for (let k = 0; k < i; k++) b[offset + k] -= l[row + k] * value;
  }
}

/**
 * Solves L Lᵀ X = B in place for many right-hand sides.
 * @param b float64 [n, columns] row-major, so that row operations run over contiguous columns.
 */
export function choleskySolveMany(l: Float64Array, n: number, b: Float64Array, columns: number): void {
  for (let i = 0; i < n; i++) {
    const rowB = i * columns;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k];
      if (factor === 0) continue;
      const other = k * columns;
      for (let c = 0; c < columns; c++) b[rowB + c] -= factor * b[other + c];
    }
    const inverse = 1 / l[i * n + i];
    for (let c = 0; c < columns; c++) b[rowB + c] *= inverse;
  }
  for (let i = n - 1; i >= 0; i--) {
    const rowB = i * columns;
    const inverse = 1 / l[i * n + i];
    for (let c = 0; c < columns; c++) b[rowB + c] *= inverse;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k];
      if (factor === 0) continue;
      const other = k * columns;
      for (let c = 0; c < columns; c++) b[other + c] -= factor * b[rowB + c];
    }
  }
}
