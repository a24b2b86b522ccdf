/**
 * Steps of a dense layer on float32 matrices of any size, row-major and not padded: tiles at an edge overlap the one before.
 * Every pointer is a byte offset. Constants are float64, and what they touch is computed in float64 and rounded once.
 */

/** out [rows, columns] = x [rows, inner] b [inner, columns], plus the row `added` [columns] unless it is 0. */
export function affine(x: usize, rows: i32, inner: i32, b: usize, columns: i32, added: usize, out: usize): void {
  if (rows < 4 || columns < 8) {
    affineOneByOne(x, rows, inner, b, columns, added, out);
    return;
  }
  const xBytes = (<usize>inner) << 2;
  const bBytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row += 4) {
    const r = <usize>min(row, rows - 4);
    const x0 = x + r * xBytes;
    const x1 = x0 + xBytes;
    const x2 = x1 + xBytes;
    const x3 = x2 + xBytes;
    for (let column: usize = 0; column < bBytes; column += 32) {
      const c = min(column, bBytes - 32);
      let a0 = f32x4.splat(0);
      let b0 = a0;
      let a1 = a0;
      let b1 = a0;
      let a2 = a0;
      let b2 = a0;
      let a3 = a0;
      let b3 = a0;
      let at = b + c;
      for (let i: usize = 0; i < xBytes; i += 4) {
        const u = v128.load(at);
        const v = v128.load(at, 16);
        at += bBytes;
        let t = v128.load32_splat(x0 + i);
        a0 = f32x4.add(a0, f32x4.mul(t, u));
        b0 = f32x4.add(b0, f32x4.mul(t, v));
        t = v128.load32_splat(x1 + i);
        a1 = f32x4.add(a1, f32x4.mul(t, u));
        b1 = f32x4.add(b1, f32x4.mul(t, v));
        t = v128.load32_splat(x2 + i);
        a2 = f32x4.add(a2, f32x4.mul(t, u));
        b2 = f32x4.add(b2, f32x4.mul(t, v));
        t = v128.load32_splat(x3 + i);
        a3 = f32x4.add(a3, f32x4.mul(t, u));
        b3 = f32x4.add(b3, f32x4.mul(t, v));
      }
      if (added !== 0) {
        const u = v128.load(added + c);
        const v = v128.load(added + c, 16);
        a0 = f32x4.add(a0, u);
        b0 = f32x4.add(b0, v);
        a1 = f32x4.add(a1, u);
        b1 = f32x4.add(b1, v);
        a2 = f32x4.add(a2, u);
        b2 = f32x4.add(b2, v);
        a3 = f32x4.add(a3, u);
        b3 = f32x4.add(b3, v);
      }
      let to = out + r * bBytes + c;
      v128.store(to, a0);
      v128.store(to, b0, 16);
      to += bBytes;
      v128.store(to, a1);
      v128.store(to, b1, 16);
      to += bBytes;
      v128.store(to, a2);
      v128.store(to, b2, 16);
      to += bBytes;
      v128.store(to, a3);
      v128.store(to, b3, 16);
    }
  }
}

/** The same sums in the same order. */
function affineOneByOne(x: usize, rows: i32, inner: i32, b: usize, columns: i32, added: usize, out: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum: f32 = 0;
      for (let i = 0; i < inner; i++) {
        sum += load<f32>(x + ((<usize>(r * inner + i)) << 2)) * load<f32>(b + ((<usize>(i * columns + c)) << 2));
      }
      if (added !== 0) sum += load<f32>(added + ((<usize>c) << 2));
      store<f32>(out + ((<usize>(r * columns + c)) << 2), sum);
    }
  }
}

/** out [length] = constant x; room for a multiple of 4. */
export function times(x: usize, length: i32, constant: f64, out: usize): void {
  const bytes = (<usize>length) << 2;
  const factor = f64x2.splat(constant);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(x + i);
    v128.store(out + i, joined(f64x2.mul(factor, lower(v)), f64x2.mul(factor, upper(v))));
  }
}

/** out [length] = dy constant (1 - bent²); room for a multiple of 4. */
export function slope(dy: usize, bent: usize, length: i32, constant: f64, out: usize): void {
  const bytes = (<usize>length) << 2;
  const factor = f64x2.splat(constant);
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const d = v128.load(dy + i);
    const b = v128.load(bent + i);
    const b0 = lower(b);
    const b1 = upper(b);
    const low = f64x2.mul(f64x2.mul(lower(d), factor), f64x2.sub(one, f64x2.mul(b0, b0)));
    const high = f64x2.mul(f64x2.mul(upper(d), factor), f64x2.sub(one, f64x2.mul(b1, b1)));
    v128.store(out + i, joined(low, high));
  }
}

/** Numbers 0 and 1 of four, in float64. */
function lower(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** Numbers 2 and 3. */
function upper(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
}

/** Four numbers in float32 again. */
function joined(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** out [rows, width + 1] = x [rows, width], each row followed by `constant`. */
export function followed(x: usize, rows: i32, width: i32, constant: f32, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    memory.copy(out, x, bytes);
    store<f32>(out + bytes, constant);
    x += bytes;
    out += bytes + 4;
  }
}

/** out [columns, rows] = xᵀ for x [rows, columns]. */
export function transposed(x: usize, rows: i32, columns: i32, out: usize): void {
  const step = (<usize>rows) << 2;
  for (let r = 0; r < rows; r++) {
    let to = out + ((<usize>r) << 2);
    for (let c = 0; c < columns; c++) {
      store<f32>(to, load<f32>(x));
      x += 4;
      to += step;
    }
  }
}
