/**
 * Ranks among candidates by a blend of up to three lists of scores, without writing the blend down.
 */

/** Lanes in which a is above b, and half of those in which they are equal. */
function above(a: v128, b: v128, one: v128, half: v128): v128 {
  return f32x4.add(v128.and(f32x4.gt(a, b), one), v128.and(f32x4.eq(a, b), half));
}

/**
 * out f32 [rows]: 1, and one for each candidate that scores above the first of its row, and a half for each that ties with it.
 * @param a `b`, `c`: f32 [rows, width], their weights beside them.
 */
export function blendedRanks(
  a: usize,
  b: usize,
  c: usize,
  weightA: f32,
  weightB: f32,
  weightC: f32,
  rows: i32,
  width: i32,
  out: usize,
): void {
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  const wA = f32x4.splat(weightA);
  const wB = f32x4.splat(weightB);
  const wC = f32x4.splat(weightC);
  for (let row = 0; row < rows; row++) {
    const own = weightA * load<f32>(a) + weightB * load<f32>(b) + weightC * load<f32>(c);
    const owns = f32x4.splat(own);
    let counts = f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const at = (<usize>i) << 2;
      const ab = f32x4.add(f32x4.mul(wA, v128.load(a + at)), f32x4.mul(wB, v128.load(b + at)));
      const score = f32x4.add(ab, f32x4.mul(wC, v128.load(c + at)));
      counts = f32x4.add(counts, above(score, owns, one, half));
    }
    let rank =
      f32x4.extract_lane(counts, 0) +
      f32x4.extract_lane(counts, 1) +
      f32x4.extract_lane(counts, 2) +
      f32x4.extract_lane(counts, 3);
    for (; i < width; i++) {
      const at = (<usize>i) << 2;
      const score = weightA * load<f32>(a + at) + weightB * load<f32>(b + at) + weightC * load<f32>(c + at);
      if (score > own) rank += 1;
      else if (score == own) rank += 0.5;
    }
    // The first of the row tied with itself.
    store<f32>(out + ((<usize>row) << 2), rank + 0.5);
    const bytes = (<usize>width) << 2;
    a += bytes;
    b += bytes;
    c += bytes;
  }
}
