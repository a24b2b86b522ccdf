/**
 * Rows in bytes: approximate products with one vector, bounds on their errors, and the rows that may be among the best.
 */

// The four sums of four vectors.
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

function dot16(q: v128, low: v128, high: v128): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(q), low),
    i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(q), high),
  );
}

/**
 * scores [count] += scale_r unit (q_r w), and errors [count] += radius_r length; count a multiple of 4.
 * @param rows q, i8 [count, width], width a multiple of 16. @param scales f32 [count]; `radii` f32 [count]. @param w i16 [width].
 */
export function addByteProducts(
  rows: usize,
  scales: usize,
  radii: usize,
  count: i32,
  width: i32,
  w: usize,
  unit: f32,
  length: f32,
  scores: usize,
  errors: usize,
): void {
  const bytes = <usize>width;
  const units = f32x4.splat(unit);
  const lengths = f32x4.splat(length);
  let at = rows;
  for (let to: usize = 0; to < (<usize>count) << 2; to += 16) {
    let s0 = i32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i: usize = 0; i < bytes; i += 16) {
      const low = v128.load(w + (i << 1));
      const high = v128.load(w + (i << 1), 16);
      const q = at + i;
      s0 = i32x4.add(s0, dot16(v128.load(q), low, high));
      s1 = i32x4.add(s1, dot16(v128.load(q + bytes), low, high));
      s2 = i32x4.add(s2, dot16(v128.load(q + 2 * bytes), low, high));
      s3 = i32x4.add(s3, dot16(v128.load(q + 3 * bytes), low, high));
    }
    at += 4 * bytes;
    const products = f32x4.mul(f32x4.mul(v128.load(scales + to), units), f32x4.convert_i32x4_s(sums4(s0, s1, s2, s3)));
    v128.store(scores + to, f32x4.add(v128.load(scores + to), products));
    v128.store(errors + to, f32x4.add(v128.load(errors + to), f32x4.mul(v128.load(radii + to), lengths)));
  }
}

/**
 * Appends the rows whose score plus error reaches the k-th best score minus error so far.
 * @param least f32 [k]: the best scores minus errors so far, best first. @param found u32 [most]; `highest` f32 [most], their
 * scores plus errors. @param held how many of them there are.
 * @returns how many there are now, or -1 if more than `most` may be among the best.
 */
export function keepPossible(
  scores: usize,
  errors: usize,
  count: i32,
  first: u32,
  k: i32,
  least: usize,
  found: usize,
  highest: usize,
  held: i32,
  most: i32,
): i32 {
  const last = least + ((<usize>(k - 1)) << 2);
  for (let i = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    const four = f32x4.add(v128.load(scores + at), v128.load(errors + at));
    if (!v128.any_true(f32x4.ge(four, v128.load32_splat(last)))) continue;
    const until = min(i + 4, count);
    for (let j = i; j < until; j++) {
      const to = (<usize>j) << 2;
      const score = load<f32>(scores + to);
      const error = load<f32>(errors + to);
      const high = score + error;
      if (!(high >= load<f32>(last)) || high == -Infinity) continue;
      raise(score - error, k, least);
      if (held == most) {
        held = thinned(load<f32>(last), found, highest, held);
        if (held == most) return -1;
      }
      store<u32>(found + ((<usize>held) << 2), first + j);
      store<f32>(highest + ((<usize>held) << 2), high);
      held++;
    }
  }
  return thinned(load<f32>(last), found, highest, held);
}

/** Takes a score into the list of the k best, if it is among them. */
function raise(score: f32, k: i32, least: usize): void {
  if (!(score > load<f32>(least + ((<usize>(k - 1)) << 2)))) return;
  let place = k - 1;
  while (place > 0 && load<f32>(least + ((<usize>(place - 1)) << 2)) < score) {
    const to = least + ((<usize>place) << 2);
    store<f32>(to, load<f32>(to - 4));
    place--;
  }
  store<f32>(least + ((<usize>place) << 2), score);
}

/** Leaves out the rows that cannot be among the best any more. */
function thinned(bar: f32, found: usize, highest: usize, held: i32): i32 {
  let kept = 0;
  for (let i = 0; i < held; i++) {
    const high = load<f32>(highest + ((<usize>i) << 2));
    if (!(high >= bar)) continue;
    store<u32>(found + ((<usize>kept) << 2), load<u32>(found + ((<usize>i) << 2)));
    store<f32>(highest + ((<usize>kept) << 2), high);
    kept++;
  }
  return kept;
}
