/**
 * Rows of 32 bytes as vectors over GF(2^8), 32 symbols, or GF(2^16), 16 symbols of two bytes, little-endian. Rows are secret,
 * constants are public. A product looks up each half byte in a table of 16 bytes that a register holds, so that its time and the
 * memory that it reads depend on no secret.
 *
 * `tables` is room for the products of one constant: 32 bytes over GF(2^8), 128 over GF(2^16).
 */

/** a x, without branches. */
function timesX(a: u32, bits: u32, reduction: u32): u32 {
  return ((a << 1) & ((1 << bits) - 1)) ^ (reduction & (0 - (a >> (bits - 1))));
}

/** For each half byte h of a symbol, a table of c (v << 4 h), v from 0 to 15: its low bytes, then over GF(2^16) its high ones. */
function makeTables(c: u32, bits: u32, reduction: u32, tables: usize): void {
  const wide = bits == 16;
  let power = c;
  for (let at = tables; at < tables + (wide ? 128 : 32); at += wide ? 32 : 16) {
    store<u8>(at, 0);
    if (wide) store<u8>(at, 0, 16);
    for (let single: usize = 1; single < 16; single <<= 1) {
      for (let v: usize = 0; v < single; v++) {
        store<u8>(at + single + v, load<u8>(at + v) ^ (<u8>power));
        if (wide) store<u8>(at + single + v, load<u8>(at + v, 16) ^ (<u8>(power >> 8)), 16);
      }
      power = timesX(power, bits, reduction);
    }
  }
}

function low(v: v128): v128 {
  return v128.and(v, i8x16.splat(15));
}

function high(v: v128): v128 {
  return v128.and(i16x8.shr_u(v, 4), i8x16.splat(15));
}

function look4(a: v128, i: v128, b: v128, j: v128, c: v128, k: v128, d: v128, l: v128): v128 {
  return v128.xor(
    v128.xor(i8x16.swizzle(a, i), i8x16.swizzle(b, j)),
    v128.xor(i8x16.swizzle(c, k), i8x16.swizzle(d, l)),
  );
}

/** Σ coefficient_i x^i by Horner's rule over GF(2^8). */
function valueAt8(coefficients: usize, terms: i32, tables: usize, out: usize): void {
  const t0 = v128.load(tables);
  const t1 = v128.load(tables, 16);
  let at = coefficients + ((<usize>(terms - 1)) << 5);
  let a = v128.load(at);
  let b = v128.load(at, 16);
  while (at > coefficients) {
    at -= 32;
    a = v128.xor(v128.load(at), v128.xor(i8x16.swizzle(t0, low(a)), i8x16.swizzle(t1, high(a))));
    b = v128.xor(v128.load(at, 16), v128.xor(i8x16.swizzle(t0, low(b)), i8x16.swizzle(t1, high(b))));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
}

/** The same over GF(2^16), with the low bytes of a row in its first half and the high ones in its second. */
function valueAt16(coefficients: usize, terms: i32, tables: usize, out: usize): void {
  let at = coefficients + ((<usize>(terms - 1)) << 5);
  let a = v128.load(at);
  let b = v128.load(at, 16);
  while (at > coefficients) {
    at -= 32;
    const i = low(a);
    const j = high(a);
    const k = low(b);
    const l = high(b);
    a = look4(v128.load(tables), i, v128.load(tables, 32), j, v128.load(tables, 64), k, v128.load(tables, 96), l);
    b = look4(v128.load(tables, 16), i, v128.load(tables, 48), j, v128.load(tables, 80), k, v128.load(tables, 112), l);
    a = v128.xor(a, v128.load(at));
    b = v128.xor(b, v128.load(at, 16));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
}

/** Rows of symbols of two bytes: all low bytes first, then all high ones. */
function partRows(rows: usize, count: i32): void {
  for (let at = rows; at < rows + ((<usize>count) << 5); at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    v128.store(at, v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
    v128.store(at, v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), 16);
  }
}

function joinRows(rows: usize, count: i32): void {
  for (let at = rows; at < rows + ((<usize>count) << 5); at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    v128.store(at, v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(at, v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

/** out [points, 32]: values at 1 to `points` of the polynomial with these coefficients [terms, 32], which it may change. */
export function polynomialValues(
  coefficients: usize,
  terms: i32,
  points: i32,
  bits: u32,
  reduction: u32,
  tables: usize,
  out: usize,
): void {
  if (bits == 16) partRows(coefficients, terms);
  for (let point = 1; point <= points; point++) {
    makeTables(point, bits, reduction, tables);
    const to = out + ((<usize>(point - 1)) << 5);
    if (bits == 16) valueAt16(coefficients, terms, tables, to);
    else valueAt8(coefficients, terms, tables, to);
  }
  if (bits == 16) joinRows(out, points);
}

/** out [32] = Σ constant_i row_i, for constants u32 [count] and rows [count, 32]. `out` has room for 64 bytes. */
export function combineRows(
  constants: usize,
  rows: usize,
  count: i32,
  bits: u32,
  reduction: u32,
  tables: usize,
  out: usize,
): void {
  memory.fill(out, 0, 32);
  for (let r = 0; r < count; r++) {
    makeTables(load<u32>(constants + ((<usize>r) << 2)), bits, reduction, tables);
    memory.copy(out + 32, rows + ((<usize>r) << 5), 32);
    // The sum so far and this row are a polynomial of two terms.
    if (bits == 16) {
      partRows(out + 32, 1);
      valueAt16(out, 2, tables, out);
    } else valueAt8(out, 2, tables, out);
  }
  if (bits == 16) joinRows(out, 1);
}
