/**
 * Thin QR: an orthonormal basis of the columns of a tall matrix, by Gram-Schmidt applied twice ("twice is enough",
 * Giraud et al. 2005).
 * @module
 */

/**
 * Orthonormalises the columns of `a` in place. A column that depends on the ones before it becomes zero.
 * @param a float64 [rows, k] row-major.
 */
export function orthonormaliseColumns(a: Float64Array, k: number): void {
  const rows = a.length / k;
  for (let j = 0; j < k; j++) {
    const before = columnNorm(a, rows, k, j);
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        let dot = 0;
        for (let r = 0, p = 0; r < rows; r++, p += k) dot += a[p + i] * a[p + j];
        for (let r = 0, p = 0; r < rows; r++, p += k) a[p + j] -= dot * a[p + i];
      }
    }
    const after = columnNorm(a, rows, k, j);
    const inverse = after > 1e-10 * before ? 1 / after : 0;
    for (let r = 0, p = j; r < rows; r++, p += k) a[p] *= inverse;
  }
}

function columnNorm(a: Float64Array, rows: number, k: number, column: number): number {
  let sum = 0;
  for (let r = 0, p = column; r < rows; r++, p += k) sum += a[p] * a[p];
  return Math.sqrt(sum);
}
