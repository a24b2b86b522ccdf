/**
 * Products with one vector, and with sparse matrices.
 */
import { sum4 } from './sums';

/** out f32 [rows] = x [rows, d] v [d]; d a multiple of 8. */
export function multiplyVector(x: usize, rows: i32, d: i32, v: usize, out: usize): void {
  const bytes = (<usize>d) << 2;
  for (let r = 0; r < rows; r++) {
    const at = x + <usize>r * bytes;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    for (let i: usize = 0; i < bytes; i += 32) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(at + i), v128.load(v + i)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(at + i, 16), v128.load(v + i, 16)));
    }
    store<f32>(out + ((<usize>r) << 2), sum4(f32x4.add(s0, s1)));
  }
}

/** out [rows, width] = scale S v for sparse S: row r is the sum of weights times rows of v; width a multiple of 8. */
export function multiplySparse(
  offsets: usize,
  entries: usize,
  weights: usize,
  rows: i32,
  v: usize,
  width: i32,
  scale: f32,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    const from = load<u32>(offsets + ((<usize>r) << 2));
    const to = load<u32>(offsets + ((<usize>r) << 2), 4);
    const at = out + <usize>r * bytes;
    memory.fill(at, 0, bytes);
    let a = from;
    for (; a + 2 <= to; a += 2) {
      const f0 = v + <usize>load<u32>(entries + ((<usize>a) << 2)) * bytes;
      const f1 = v + <usize>load<u32>(entries + ((<usize>a) << 2), 4) * bytes;
      const w0 = f32x4.splat(scale * load<f32>(weights + ((<usize>a) << 2)));
      const w1 = f32x4.splat(scale * load<f32>(weights + ((<usize>a) << 2), 4));
      for (let i: usize = 0; i < bytes; i += 16) {
        const both = f32x4.add(f32x4.mul(w0, v128.load(f0 + i)), f32x4.mul(w1, v128.load(f1 + i)));
        v128.store(at + i, f32x4.add(v128.load(at + i), both));
      }
    }
    if (a < to) {
      const f = v + <usize>load<u32>(entries + ((<usize>a) << 2)) * bytes;
      const w = f32x4.splat(scale * load<f32>(weights + ((<usize>a) << 2)));
      for (let i: usize = 0; i < bytes; i += 16) {
        v128.store(at + i, f32x4.add(v128.load(at + i), f32x4.mul(w, v128.load(f + i))));
      }
    }
  }
}

/** to [length] += from, length a multiple of 4. */
export function add(from: usize, to: usize, length: i32): void {
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
}
