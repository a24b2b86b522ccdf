/**
 * Rows that are scored again and again, in plain JavaScript with sums in float64.
 * @module
 */
import type { BestRows, HeldRows, Numbers } from '../kernels.ts';

/** Row of an empty place. */
const NOBODY = 0xffffffff;

export function holdRowsInJavaScript(x: Float32Array, width: number, offsets?: Float32Array): HeldRows {
  const own = x.slice();
  const added = offsets?.slice() ?? new Float32Array(own.length / width);
  const held: HeldRows = {
    times(v) {
      const out = new Float32Array(added.length);
      for (let r = 0, at = 0; r < out.length; r++, at += width) {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += own[at + i] * v[i];
        out[r] = sum + added[r];
      }
      return out;
    },
    someTimes: (v, rows) =>
      Float32Array.from(rows, (r) => {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += own[r * width + i] * v[i];
        return sum + added[r];
      }),
    best: (vs, k, { from = 0, until = added.length } = {}) =>
      bestInJavaScript(held, vs, width, Math.min(k, until - from), from, until),
    row: (r) => own.subarray(r * width, (r + 1) * width),
  };
  return held;
}

/** The best of all scores, one vector after the other. */
export function bestInJavaScript(
  held: Pick<HeldRows, 'times'>,
  vs: Numbers,
  width: number,
  k: number,
  from: number,
  until: number,
): BestRows {
  const count = vs.length / width;
  const best = {
    k,
    rows: new Uint32Array(count * k).fill(NOBODY),
    scores: new Float32Array(count * k).fill(-Infinity),
  };
  for (let v = 0; v < count; v++) {
    const scores = held.times(vs.subarray(v * width, (v + 1) * width));
    const order = Uint32Array.from({ length: until - from }, (_, i) => from + i).filter(
      (row) => scores[row] > -Infinity,
    );
    order.sort((a, b) => scores[b] - scores[a] || a - b);
    order.subarray(0, k).forEach((row, place) => {
      best.rows[v * k + place] = row;
      best.scores[v * k + place] = scores[row];
    });
  }
  return best;
}
