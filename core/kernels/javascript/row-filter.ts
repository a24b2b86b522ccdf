/**
 * Rows in bytes, in plain JavaScript.
 *
 * A row x is kept as a scale s and bytes q. A vector v is rounded to a unit u and 16-bit integers w. By the inequality of Cauchy and
 * Schwarz, |x v - s u (q w)| <= |x - s q| |v| + |s q| |v - u w|, and |v - u w| <= |v| sqrt(width) / 65534.
 * @module
 */
import type { FilterOrder, Numbers, RowFilter } from '../kernels.ts';

const MOST_BYTE = 127;
const MOST_SHORT = 32_767;
/** Relative error of a sum of so many products in float32, whatever their order, and of the blend with other scores. */
const rounding = (width: number): number => (width + 16) * 2 ** -22;
/** A bound in float32 must not be below the one in float64. */
const UP = 1 + 2 ** -20;

export interface ByteRows {
  /** [rows, padded] */
  readonly bytes: Int8Array;
  readonly scales: Float32Array /* [rows] */;
  /** The error of a row's product with v is at most its radius times |v|. */
  readonly radii: Float32Array /* [rows] */;
}

/** @param padded width of a row of bytes: the rest are zeros. */
export function toBytes(x: Float32Array, width: number, padded: number): ByteRows {
  const rows = x.length / width;
  const bytes = new Int8Array(rows * padded);
  const [scales, radii] = [new Float32Array(rows), new Float32Array(rows)];
  const relative = Math.sqrt(width) / (2 * MOST_SHORT) + rounding(width);
  for (let r = 0; r < rows; r++) {
    let largest = 0;
    for (let at = r * width; at < (r + 1) * width; at++) largest = Math.max(largest, Math.abs(x[at]));
    const scale = Math.fround(largest / MOST_BYTE);
    let [length, lost] = [0, 0];
    for (let i = 0; i < width; i++) {
      const value = x[r * width + i];
      // A row whose scale is below what float32 can say has bytes of zero.
      const byte = scale > 0 ? Math.max(-MOST_BYTE, Math.min(MOST_BYTE, Math.round(value / scale))) : 0;
      bytes[r * padded + i] = byte;
      length += value * value;
      lost += (value - scale * byte) ** 2;
    }
    scales[r] = scale;
    radii[r] = UP * (Math.sqrt(lost) + (Math.sqrt(length) + Math.sqrt(lost)) * relative);
  }
  return { bytes, scales, radii };
}

export interface ShortVector {
  readonly shorts: Int16Array;
  readonly unit: number;
  /** |v| */
  readonly length: number;
}

export function toShorts(v: Numbers, padded: number): ShortVector {
  const shorts = new Int16Array(padded);
  let [largest, square] = [0, 0];
  for (const value of v) {
    largest = Math.max(largest, Math.abs(value));
    square += value * value;
  }
  // A sum of `padded` products with bytes stays below 2^31.
  const most = Math.min(MOST_SHORT, Math.floor((2 ** 31 - 1) / (MOST_BYTE * padded)));
  const unit = largest / most;
  if (unit > 0) v.forEach((value, i) => (shorts[i] = Math.round(value / unit)));
  return { shorts, unit, length: UP * Math.sqrt(square) * (MOST_SHORT / most) };
}

export function holdFilterInJavaScript({ constants, doubts, parts }: FilterOrder): RowFilter {
  const held = parts.map(({ width, x }) => ({ width, ...toBytes(x, width, width) }));
  return {
    candidates(vs, k) {
      const scores = Float64Array.from(constants);
      const errors = Float64Array.from(doubts);
      held.forEach(({ bytes, radii, scales, width }, p) => {
        const { length, shorts, unit } = toShorts(vs[p], width);
        for (let r = 0; r < scores.length; r++) {
          let sum = 0;
          for (let i = 0; i < width; i++) sum += bytes[r * width + i] * shorts[i];
          scores[r] += scales[r] * unit * sum;
          errors[r] += radii[r] * length;
        }
      });
      const least = scores.map((score, r) => score - errors[r]).filter((score) => score > -Infinity);
      const bar = least.length < k ? -Infinity : least.sort()[least.length - k];
      return Uint32Array.from(scores.keys()).filter((r) => scores[r] + errors[r] >= bar && scores[r] > -Infinity);
    },
  };
}
