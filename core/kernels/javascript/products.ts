/**
 * Dense products and candidates' scores in plain JavaScript, with sums in float64.
 * @module
 */
import type { CandidateOrder, Numbers } from '../kernels.ts';

export function multiplyInJavaScript(x: Numbers, inner: number, b: Numbers, columns: number): Float32Array {
  const rows = x.length / inner;
  const out = new Float32Array(rows * columns);
  const line = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    line.fill(0);
    for (let i = 0; i < inner; i++) {
      const value = x[r * inner + i];
      if (value === 0) continue;
      for (let c = 0; c < columns; c++) line[c] += value * b[i * columns + c];
    }
    out.set(line, r * columns);
  }
  return out;
}

export function crossProductInJavaScript(x: Numbers, d: number, y: Numbers | undefined, m: number): Float64Array {
  const other = y ?? x;
  const rows = x.length / d;
  const out = new Float64Array(d * m);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < d; i++) {
      const value = x[r * d + i];
      if (value === 0) continue;
      for (let j = 0; j < m; j++) out[i * m + j] += value * other[r * m + j];
    }
  }
  return out;
}

export function candidateScoresInJavaScript(order: CandidateOrder): Float32Array {
  const { candidates, dimension: d, items, persons, rowPerson, width } = order;
  const out = new Float32Array(candidates.length);
  for (let at = 0; at < out.length; at++) {
    const item = candidates[at] * d;
    const person = rowPerson[Math.floor(at / width)] * d;
    let sum = 0;
    for (let i = 0; i < d; i++) sum += items[item + i] * persons[person + i];
    out[at] = sum;
  }
  return out;
}
