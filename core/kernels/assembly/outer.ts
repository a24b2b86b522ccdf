/**
 * Rows of integers, rounded at random from rows of floats, their inner products and the sums of their outer products.
 *
 * Every pointer is a byte offset and every row is padded with zeros: on the left to a multiple of 4 numbers, on the right to
 * one of 8. Inner products are summed in float64, two lanes for numbers 0 and 1 of every four and two for 2 and 3: exact for
 * integers as long as a sum of squares is below 2^53.
 */

/**
 * Rows of `width` numbers one after the other, each followed by zeros up to `padded`, from `from` to `to`; they do not overlap.
 */
export function padRows(from: usize, rows: i32, width: i32, padded: i32, to: usize): void {
  const bytes = (<usize>width) << 2;
  const room = (<usize>padded) << 2;
  for (let r = 0; r < rows; r++) {
    memory.copy(to, from, bytes);
    memory.fill(to + bytes, 0, room - bytes);
    from += bytes;
    to += room;
  }
}

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
 * probability equal to the fraction. `coins` [rows, width]: a byte each, the first 8 bits of a uniform fraction. Where they equal
 * those of the magnitude's fraction, further bits decide: `ties` gets the place in `out`, followed by the rest of the magnitude's
 * fraction in units of 2^-8, with the sign of x. Returns the number of ties; there is room for `rows` x `width`.
 */
export function roundRows(x: usize, rows: i32, width: i32, factors: usize, coins: usize, out: usize, ties: usize): i32 {
  const bytes = (<usize>width) << 2;
  const unit = f32x4.splat(256);
  const zero = f32x4.splat(0);
  const first = ties;
  for (let r = 0; r < rows; r++) {
    const factor = v128.load32_splat(factors + ((<usize>r) << 2));
    const from = <usize>r * bytes;
    for (let i = from; i < from + bytes; i += 16) {
      const value = v128.load(x + i);
      const magnitude = f32x4.mul(f32x4.abs(value), factor);
      const low = f32x4.floor(magnitude);
      const fraction = f32x4.mul(f32x4.sub(magnitude, low), unit);
      const start = f32x4.floor(fraction);
      const coin = f32x4.convert_i32x4_s(
        i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(coins + (i >> 2)))),
      );
      // A comparison that holds is -1 in every bit.
      const up = f32x4.lt(coin, start);
      const integer = i32x4.sub(i32x4.trunc_sat_f32x4_s(low), up);
      const negative = f32x4.lt(value, zero);
      v128.store(out + i, i32x4.sub(v128.xor(integer, negative), negative));
      const tied = v128.and(f32x4.eq(coin, start), f32x4.lt(start, fraction));
      if (v128.any_true(tied)) {
        const sign = v128.and(value, i32x4.splat(0x80000000));
        const rest = v128.or(f32x4.sub(fraction, start), sign);
        const lanes = i32x4.bitmask(tied);
        if (lanes & 1) ties = tie(ties, i, f32x4.extract_lane(rest, 0));
        if (lanes & 2) ties = tie(ties, i + 4, f32x4.extract_lane(rest, 1));
        if (lanes & 4) ties = tie(ties, i + 8, f32x4.extract_lane(rest, 2));
        if (lanes & 8) ties = tie(ties, i + 12, f32x4.extract_lane(rest, 3));
      }
    }
  }
  return <i32>((ties - first) >> 3);
}

function tie(ties: usize, bytes: usize, rest: f32): usize {
  store<u32>(ties, <u32>(bytes >> 2));
  store<f32>(ties, rest, 4);
  return ties + 8;
}

/** Rows whose part of a tile is summed at once: what a column of tiles reads of them stays in the nearest cache. */
const ROWS_AT_ONCE: i32 = 64;

/**
 * x [rows, width] in int32, each number within 16 bits: rows 2r and 2r + 1 become row r, in place, as the lower and the upper
 * half of each number. An odd last row gets zeros beside it.
 */
export function pairRows(x: usize, rows: i32, width: i32): void {
  const bytes = (<usize>width) << 2;
  const low = i32x4.splat(0xffff);
  let to = x;
  for (let r = 0; r < rows; r += 2) {
    const first = x + <usize>r * bytes;
    const isAlone = r + 1 === rows;
    for (let i: usize = 0; i < bytes; i += 16) {
      const upper = isAlone ? i32x4.splat(0) : i32x4.shl(v128.load(first + bytes + i), 16);
      v128.store(to + i, v128.or(v128.and(v128.load(first + i), low), upper));
    }
    to += bytes;
  }
}

/** out [left, right] in int32, modulo 2^32: plus the sum of the outer products of both sides' rows, 4 x 8 numbers at a time. */
export function outerSum(x: usize, left: i32, y: usize, right: i32, rows: i32, out: usize): void {
  sumBlocks<i32>(x, left, y, right, rows, out);
}

/** The same for rows of {@link pairRows}: `rows` counts pairs, and one instruction multiplies and adds both of a pair. */
export function outerSumOfPairs(x: usize, left: i32, y: usize, right: i32, rows: i32, out: usize): void {
  sumBlocks<i16>(x, left, y, right, rows, out);
}

function sumBlocks<T>(x: usize, left: i32, y: usize, right: i32, rows: i32, out: usize): void {
  const xBytes = (<usize>left) << 2;
  const yBytes = (<usize>right) << 2;
  for (let row = 0; row < rows; row += ROWS_AT_ONCE) {
    const count = min(ROWS_AT_ONCE, rows - row);
    const fromX = x + <usize>row * xBytes;
    const fromY = y + <usize>row * yBytes;
    for (let i: usize = 0; i < xBytes; i += 16) {
      for (let j: usize = 0; j < yBytes; j += 32) {
        let to = out + (i >> 2) * yBytes + j;
        let a0 = v128.load(to);
        let b0 = v128.load(to, 16);
        to += yBytes;
        let a1 = v128.load(to);
        let b1 = v128.load(to, 16);
        to += yBytes;
        let a2 = v128.load(to);
        let b2 = v128.load(to, 16);
        to += yBytes;
        let a3 = v128.load(to);
        let b3 = v128.load(to, 16);
        let atX = fromX + i;
        let atY = fromY + j;
        for (let r = 0; r < count; r++) {
          const u = v128.load(atY);
          const v = v128.load(atY, 16);
          let t = v128.load32_splat(atX);
          a0 = i32x4.add(a0, product<T>(t, u));
          b0 = i32x4.add(b0, product<T>(t, v));
          t = v128.load32_splat(atX, 4);
          a1 = i32x4.add(a1, product<T>(t, u));
          b1 = i32x4.add(b1, product<T>(t, v));
          t = v128.load32_splat(atX, 8);
          a2 = i32x4.add(a2, product<T>(t, u));
          b2 = i32x4.add(b2, product<T>(t, v));
          t = v128.load32_splat(atX, 12);
          a3 = i32x4.add(a3, product<T>(t, u));
          b3 = i32x4.add(b3, product<T>(t, v));
          atX += xBytes;
          atY += yBytes;
        }
        to = out + (i >> 2) * yBytes + j;
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
}

function product<T>(t: v128, u: v128): v128 {
  return sizeof<T>() == 2 ? i32x4.dot_i16x8_s(t, u) : i32x4.mul(t, u);
}
