/**
 * Scores of candidates: for each row of `width` item numbers, the inner products of those items' factors with one person's.
 */
import { sum4 } from './sums';

/** out f32 [rows, width]; items and persons f32 with d numbers a row, d a multiple of 4; candidates and rowPerson u32. */
export function candidateScores(
  candidates: usize,
  rows: i32,
  width: i32,
  rowPerson: usize,
  items: usize,
  persons: usize,
  d: i32,
  out: usize,
): void {
  const bytes = (<usize>d) << 2;
  for (let row = 0; row < rows; row++) {
    const p = persons + <usize>load<u32>(rowPerson + ((<usize>row) << 2)) * bytes;
    let at = candidates + ((<usize>row * <usize>width) << 2);
    let to = out + ((<usize>row * <usize>width) << 2);
    let c = 0;
    for (; c + 4 <= width; c += 4) {
      const f0 = items + <usize>load<u32>(at) * bytes;
      const f1 = items + <usize>load<u32>(at, 4) * bytes;
      const f2 = items + <usize>load<u32>(at, 8) * bytes;
      const f3 = items + <usize>load<u32>(at, 12) * bytes;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let i: usize = 0; i < bytes; i += 16) {
        const v = v128.load(p + i);
        s0 = f32x4.add(s0, f32x4.mul(v128.load(f0 + i), v));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(f1 + i), v));
        s2 = f32x4.add(s2, f32x4.mul(v128.load(f2 + i), v));
        s3 = f32x4.add(s3, f32x4.mul(v128.load(f3 + i), v));
      }
      // Rows to columns: four sums of four at once.
      const a = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
      const b = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
      v128.store(to, f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7)));
      at += 16;
      to += 16;
    }
    for (; c < width; c++) {
      const f = items + <usize>load<u32>(at) * bytes;
      let s = f32x4.splat(0);
      for (let i: usize = 0; i < bytes; i += 16) s = f32x4.add(s, f32x4.mul(v128.load(f + i), v128.load(p + i)));
      store<f32>(to, sum4(s));
      at += 4;
      to += 4;
    }
  }
}
