/**
 * The rows of one side of an implicit factorisation, each by a few steps of conjugate gradients from where it stands.
 *
 * In the axes in which the Gram matrix of the fixed factors is diagonal, row u solves (B + FᵀF) x = Fᵀ1 with B diagonal and F
 * the fixed factors of what the row has seen. A step costs two passes over F, none over a d x d matrix, and preconditioning
 * with B leaves as many eigenvalues apart from 1 as the row has entries.
 */
import { sum4 } from './sums';

/** q += Fᵀ (base + sign F p) over the seen rows [from, to), four at a time: q and p are read once for all four. */
function accumulate(
  seen: usize,
  from: u32,
  to: u32,
  fixed: usize,
  bytes: usize,
  p: usize,
  q: usize,
  base: f32,
  sign: f32,
): void {
  let a = from;
  for (; a + 4 <= to; a += 4) {
    const at = seen + ((<usize>a) << 2);
    const f0 = fixed + <usize>load<u32>(at) * bytes;
    const f1 = fixed + <usize>load<u32>(at, 4) * bytes;
    const f2 = fixed + <usize>load<u32>(at, 8) * bytes;
    const f3 = fixed + <usize>load<u32>(at, 12) * bytes;
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
    const w0 = f32x4.splat(base + sign * sum4(s0));
    const w1 = f32x4.splat(base + sign * sum4(s1));
    const w2 = f32x4.splat(base + sign * sum4(s2));
    const w3 = f32x4.splat(base + sign * sum4(s3));
    for (let i: usize = 0; i < bytes; i += 16) {
      const low = f32x4.add(f32x4.mul(w0, v128.load(f0 + i)), f32x4.mul(w1, v128.load(f1 + i)));
      const high = f32x4.add(f32x4.mul(w2, v128.load(f2 + i)), f32x4.mul(w3, v128.load(f3 + i)));
      v128.store(q + i, f32x4.add(v128.load(q + i), f32x4.add(low, high)));
    }
  }
  for (; a < to; a++) {
    const f = fixed + <usize>load<u32>(seen + ((<usize>a) << 2)) * bytes;
    let s = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) s = f32x4.add(s, f32x4.mul(v128.load(f + i), v128.load(p + i)));
    const w = f32x4.splat(base + sign * sum4(s));
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(q + i, f32x4.add(v128.load(q + i), f32x4.mul(w, v128.load(f + i))));
    }
  }
}

/**
 * @param offsets u32 [rows + 1], `seen` u32: compressed rows.
 * @param fixed f32 [count, d]; `solved` f32 [rows, d]: where each row starts, and what it becomes.
 * @param strengths f32 [d]: B without the ridge; `ridges` f32 [rows]: each row's own.
 * @param room f32 [5 d].
 */
export function solveRows(
  offsets: usize,
  seen: usize,
  rows: i32,
  fixed: usize,
  solved: usize,
  d: i32,
  strengths: usize,
  ridges: usize,
  steps: i32,
  room: usize,
): void {
  const bytes = (<usize>d) << 2;
  const r = room;
  const p = r + bytes;
  const q = p + bytes;
  const diagonal = q + bytes;
  const inverse = diagonal + bytes;
  const one = f32x4.splat(1);
  let last: f32 = -1;
  for (let row = 0; row < rows; row++) {
    const from = load<u32>(offsets + ((<usize>row) << 2));
    const to = load<u32>(offsets + ((<usize>row) << 2), 4);
    const x = solved + <usize>row * bytes;
    if (from == to) {
      memory.fill(x, 0, bytes);
      continue;
    }
    const ridge = load<f32>(ridges + ((<usize>row) << 2));
    if (ridge != last) {
      last = ridge;
      const all = f32x4.splat(ridge);
      for (let i: usize = 0; i < bytes; i += 16) {
        const b = f32x4.add(v128.load(strengths + i), all);
        v128.store(diagonal + i, b);
        v128.store(inverse + i, f32x4.div(one, b));
      }
    }
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(r + i, f32x4.neg(f32x4.mul(v128.load(diagonal + i), v128.load(x + i))));
    }
    accumulate(seen, from, to, fixed, bytes, x, r, 1, -1);
    let total = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const residual = v128.load(r + i);
      const direction = f32x4.mul(residual, v128.load(inverse + i));
      v128.store(p + i, direction);
      total = f32x4.add(total, f32x4.mul(residual, direction));
    }
    let square = sum4(total);
    for (let step = 0; step < steps && square > 1e-10; step++) {
      for (let i: usize = 0; i < bytes; i += 16) {
        v128.store(q + i, f32x4.mul(v128.load(diagonal + i), v128.load(p + i)));
      }
      accumulate(seen, from, to, fixed, bytes, p, q, 0, 1);
      let curvature = f32x4.splat(0);
      for (let i: usize = 0; i < bytes; i += 16) {
        curvature = f32x4.add(curvature, f32x4.mul(v128.load(p + i), v128.load(q + i)));
      }
      const length = f32x4.splat(square / sum4(curvature));
      let next = f32x4.splat(0);
      for (let i: usize = 0; i < bytes; i += 16) {
        v128.store(x + i, f32x4.add(v128.load(x + i), f32x4.mul(length, v128.load(p + i))));
        const residual = f32x4.sub(v128.load(r + i), f32x4.mul(length, v128.load(q + i)));
        v128.store(r + i, residual);
        next = f32x4.add(next, f32x4.mul(f32x4.mul(residual, residual), v128.load(inverse + i)));
      }
      const after = sum4(next);
      const share = f32x4.splat(after / square);
      square = after;
      for (let i: usize = 0; i < bytes; i += 16) {
        const preconditioned = f32x4.mul(v128.load(r + i), v128.load(inverse + i));
        v128.store(p + i, f32x4.add(preconditioned, f32x4.mul(share, v128.load(p + i))));
      }
    }
  }
}
