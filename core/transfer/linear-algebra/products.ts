/**
 * Dense products on row-major typed arrays, in the few shapes that factor models need.
 * @module
 */

/** XᵀX for X [rows, d]: float64 [d, d], symmetric. `weights` [rows] weighs the rows. */
export function gram(x: Float32Array | Float64Array, d: number, weights?: Float64Array): Float64Array {
  const rows = x.length / d;
  const out = new Float64Array(d * d);
  for (let r = 0; r < rows; r++) {
    const base = r * d;
    const weight = weights === undefined ? 1 : weights[r];
    for (let i = 0; i < d; i++) {
      const value = weight * x[base + i];
      if (value === 0) continue;
      const row = i * d;
      for (let j = 0; j <= i; j++) out[row + j] += value * x[base + j];
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[j * d + i] = out[i * d + j];
  return out;
}

/** X B for X [rows, d] and B [d, m]: float32 [rows, m]. */
export function multiply(
  x: Float32Array | Float64Array,
  d: number,
  b: Float32Array | Float64Array,
  m: number,
): Float32Array {
  const rows = x.length / d;
  const out = new Float32Array(rows * m);
  const line = new Float64Array(m);
  for (let r = 0; r < rows; r++) {
    line.fill(0);
    for (let i = 0; i < d; i++) {
      const value = x[r * d + i];
      if (value === 0) continue;
      const row = i * m;
      for (let j = 0; j < m; j++) line[j] += value * b[row + j];
    }
    out.set(line, r * m);
  }
  return out;
}

/** X v for X [rows, d] and v [d]: float32 [rows]. */
export function multiplyVector(x: Float32Array, d: number, v: Float32Array | Float64Array): Float32Array {
  const rows = x.length / d;
  const out = new Float32Array(rows);
  for (let r = 0, base = 0; r < rows; r++, base += d) {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += x[base + i] * v[i];
    out[r] = sum;
  }
  return out;
}

/** Mean of the rows of X [rows, d]: float64 [d]; zeros if there are no rows. */
export function columnMeans(x: Float32Array | Float64Array, d: number): Float64Array {
  const rows = x.length / d;
  const mean = new Float64Array(d);
  for (let r = 0; r < rows; r++) for (let i = 0; i < d; i++) mean[i] += x[r * d + i];
  if (rows > 0) for (let i = 0; i < d; i++) mean[i] /= rows;
  return mean;
}
