/**
 * Rows of integers, rounded at random from rows of floats, their inner products and the sums of their outer products.
 *
 * Every pointer is a byte offset and every row is padded with zeros: on the left to a multiple of 4 numbers, on the right to
 * one of 8. Inner products are summed in float64, two lanes for numbers 0 and 1 of every four and two for 2 and 3: exact for
 * integers as long as a sum of squares is below 2^53.
 */

/** out [rows, rows] in float64: inner products of float32 rows. */
export function floatGram(x: usize, rows: i32, width: i32, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s <= r; s++) {
      const a = x + <usize>r * bytes;
      const b = x + <usize>s * bytes;
      let low = f64x2.splat(0);
      let high = low;
      for (let i: usize = 0; i < bytes; i += 16) {
        const u = v128.load(a + i);
        const v = v128.load(b + i);
        low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(u), f64x2.promote_low_f32x4(v)));
        const upperU = v128.shuffle<i64>(u, u, 1, 1);
        const upperV = v128.shuffle<i64>(v, v, 1, 1);
        high = f64x2.add(high, f64x2.mul(f64x2.promote_low_f32x4(upperU), f64x2.promote_low_f32x4(upperV)));
      }
      keepBoth(out, rows, r, s, sum2(f64x2.add(low, high)));
    }
  }
}

/** out [rows, rows] in float64: inner products of int32 rows. */
export function integerGram(x: usize, rows: i32, width: i32, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s <= r; s++) {
      const a = x + <usize>r * bytes;
      const b = x + <usize>s * bytes;
      let low = f64x2.splat(0);
      let high = low;
      for (let i: usize = 0; i < bytes; i += 16) {
        const u = v128.load(a + i);
        const v = v128.load(b + i);
        low = f64x2.add(low, f64x2.mul(f64x2.convert_low_i32x4_s(u), f64x2.convert_low_i32x4_s(v)));
        const upperU = v128.shuffle<i64>(u, u, 1, 1);
        const upperV = v128.shuffle<i64>(v, v, 1, 1);
        high = f64x2.add(high, f64x2.mul(f64x2.convert_low_i32x4_s(upperU), f64x2.convert_low_i32x4_s(upperV)));
      }
      keepBoth(out, rows, r, s, sum2(f64x2.add(low, high)));
    }
  }
}

function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

function keepBoth(out: usize, rows: i32, r: i32, s: i32, value: f64): void {
  store<f64>(out + ((<usize>(r * rows + s)) << 3), value);
  store<f64>(out + ((<usize>(s * rows + r)) << 3), value);
}

/**
 * out [rows, width] in int32: x [rows, width] in float32 times the factor of its row, its magnitude rounded up with a
 * probability equal to the fraction. `words` [rows, width]: the coins, of which the upper 24 bits are used.
 */
export function roundRows(x: usize, rows: i32, width: i32, factors: usize, words: usize, out: usize): void {
  const bytes = (<usize>width) << 2;
  const unit = f32x4.splat(1.0 / 16777216.0);
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    const factor = v128.load32_splat(factors + ((<usize>r) << 2));
    const from = <usize>r * bytes;
    for (let i = from; i < from + bytes; i += 16) {
      const value = v128.load(x + i);
      const magnitude = f32x4.mul(f32x4.abs(value), factor);
      const low = f32x4.floor(magnitude);
      const coin = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(v128.load(words + i), 8)), unit);
      // A comparison that holds is -1 in every bit.
      const up = f32x4.lt(coin, f32x4.sub(magnitude, low));
      const integer = i32x4.sub(i32x4.trunc_sat_f32x4_s(low), up);
      const negative = f32x4.lt(value, zero);
      v128.store(out + i, i32x4.sub(v128.xor(integer, negative), negative));
    }
  }
}

/** out [left, right] in int32, modulo 2^32: the sum of the outer products of both sides' rows, 4 x 8 numbers at a time. */
export function outerSum(x: usize, left: i32, y: usize, right: i32, rows: i32, out: usize): void {
  const xBytes = (<usize>left) << 2;
  const yBytes = (<usize>right) << 2;
  for (let i: usize = 0; i < xBytes; i += 16) {
    for (let j: usize = 0; j < yBytes; j += 32) {
      let a0 = i32x4.splat(0);
      let b0 = a0;
      let a1 = a0;
      let b1 = a0;
      let a2 = a0;
      let b2 = a0;
      let a3 = a0;
      let b3 = a0;
      let atX = x + i;
      let atY = y + j;
      for (let r = 0; r < rows; r++) {
        const u = v128.load(atY);
        const v = v128.load(atY, 16);
        let t = v128.load32_splat(atX);
        a0 = i32x4.add(a0, i32x4.mul(t, u));
        b0 = i32x4.add(b0, i32x4.mul(t, v));
        t = v128.load32_splat(atX, 4);
        a1 = i32x4.add(a1, i32x4.mul(t, u));
        b1 = i32x4.add(b1, i32x4.mul(t, v));
        t = v128.load32_splat(atX, 8);
        a2 = i32x4.add(a2, i32x4.mul(t, u));
        b2 = i32x4.add(b2, i32x4.mul(t, v));
        t = v128.load32_splat(atX, 12);
        a3 = i32x4.add(a3, i32x4.mul(t, u));
        b3 = i32x4.add(b3, i32x4.mul(t, v));
        atX += xBytes;
        atY += yBytes;
      }
      let to = out + (i >> 2) * yBytes + j;
      v128.store(to, a0);
      v128.store(to, b0, 16);
      to += yBytes;
      v128.store(to, a1);
      v128.store(to, b1, 16);
      to += yBytes;
      v128.store(to, a2);
      v128.store(to, b2, 16);
      to += yBytes;
      v128.store(to, a3);
      v128.store(to, b3, 16);
    }
  }
}
