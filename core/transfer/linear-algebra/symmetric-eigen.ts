/**
 * Eigendecomposition of a real symmetric matrix: Householder tridiagonalisation, then implicit QL with Wilkinson shifts
 * (Golub and Van Loan, Matrix Computations, 8.3; Bowdler, Martin, Reinsch and Wilkinson 1968).
 * @module
 */
import { TransferError } from '../errors.ts';

export interface SymmetricEigen {
  /** Eigenvalues, largest first. */
  readonly values: Float64Array /* [n] */;
  /** Row r is the unit eigenvector of values[r]. */
  readonly vectors: Float64Array /* [n, n] row-major */;
}

const maxSweeps = 60;

/** @param a float64 [n, n] row-major, symmetric; not changed. */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const q = Float64Array.from(a);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  tridiagonalise(q, n, diagonal, off);
  const rows = transpose(q, n);
  implicitQl(rows, n, diagonal, off);
  const order = Array.from(diagonal.keys()).sort((x, y) => diagonal[y] - diagonal[x]);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    values[to] = diagonal[from];
    vectors.set(rows.subarray(from * n, from * n + n), to * n);
  });
  return { values, vectors };
}

function transpose(a: Float64Array, n: number): Float64Array {
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) t[j * n + i] = a[i * n + j];
  return t;
}

/** Overwrites `a` with the orthogonal Q of A = Q T Qᵀ; T is (diagonal, off) with off[0] = 0. */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    let h = 0;
    if (i > 1) {
      let scale = 0;
      for (let k = 0; k < i; k++) scale += Math.abs(a[row + k]);
      if (scale === 0) off[i] = a[row + i - 1];
      else {
        for (let k = 0; k < i; k++) {
          a[row + k] /= scale;
          h += a[row + k] * a[row + k];
        }
        const f = a[row + i - 1];
        const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
        off[i] = scale * g;
        h -= f * g;
        a[row + i - 1] = f - g;
        let projection = 0;
        for (let j = 0; j < i; j++) {
          a[j * n + i] = a[row + j] / h;
          let sum = 0;
          for (let k = 0; k <= j; k++) sum += a[j * n + k] * a[row + k];
          for (let k = j + 1; k < i; k++) sum += a[k * n + j] * a[row + k];
          off[j] = sum / h;
          projection += off[j] * a[row + j];
        }
        const half = projection / (h + h);
        for (let j = 0; j < i; j++) {
          const fj = a[row + j];
          const gj = off[j] - half * fj;
          off[j] = gj;
          for (let k = 0; k <= j; k++) a[j * n + k] -= fj * off[k] + gj * a[row + k];
        }
      }
    } else off[i] = a[row + i - 1];
    diagonal[i] = h;
  }
  diagonal[0] = 0;
  off[0] = 0;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    if (diagonal[i] !== 0) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < i; k++) sum += a[row + k] * a[k * n + j];
        for (let k = 0; k < i; k++) a[k * n + j] -= sum * a[k * n + i];
      }
    }
    diagonal[i] = a[row + i];
    a[row + i] = 1;
    for (let j = 0; j < i; j++) {
      a[j * n + i] = 0;
      a[row + j] = 0;
    }
  }
}

/** Implicit QL iteration. @param rows holds Qᵀ, so that rotations run over contiguous memory. */
function implicitQl(rows: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  for (let i = 1; i < n; i++) off[i - 1] = off[i];
  if (n > 0) off[n - 1] = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(off[i]));
  // Beside it a matrix of low rank has nothing but rounding errors, which need not converge.
  const rounding = Number.EPSILON * norm;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]);
        if (Math.abs(off[m]) <= Number.EPSILON * Math.max(size, rounding)) break;
      }
      if (m === l) break;
      if (sweep === maxSweeps) {
        throw new TransferError(
          'TRANSFER_SHAPE',
          `no eigenvalue after ${maxSweeps} sweeps: the matrix holds NaN or infinity`,
        );
      }
      let g = (diagonal[l + 1] - diagonal[l]) / (2 * off[l]);
      let r = Math.hypot(g, 1);
      g = diagonal[m] - diagonal[l] + off[l] / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * off[i];
        const b = c * off[i];
        r = Math.hypot(f, g);
        off[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1] -= p;
          off[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1] - p;
        r = (diagonal[i] - g) * s + 2 * c * b;
        p = s * r;
        diagonal[i + 1] = g + p;
        g = c * r - b;
        const upper = (i + 1) * n;
        const lower = i * n;
        for (let k = 0; k < n; k++) {
          const z = rows[upper + k];
          rows[upper + k] = s * rows[lower + k] + c * z;
          rows[lower + k] = c * rows[lower + k] - s * z;
        }
      }
      if (r === 0 && i >= l) continue;
      diagonal[l] -= p;
      off[l] = g;
      off[m] = 0;
    }
  }
}
