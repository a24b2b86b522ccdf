/**
 * The k best of many scores, kept while blocks of rows pass by. Each list is f32 [k] and u32 [k], best first; of equal scores
 * the row that came first. An empty place holds the score -Infinity, so that only scores above it enter.
 */

function insert(score: f32, row: u32, k: i32, scores: usize, rows: usize): void {
  let place = k - 1;
  while (place > 0 && load<f32>(scores + ((<usize>(place - 1)) << 2)) < score) {
    const to = (<usize>place) << 2;
    store<f32>(scores + to, load<f32>(scores + to - 4));
    store<u32>(rows + to, load<u32>(rows + to - 4));
    place--;
  }
  store<f32>(scores + ((<usize>place) << 2), score);
  store<u32>(rows + ((<usize>place) << 2), row);
}

/** One list. @param from f32 [count]: scores of the rows `first` and later; read to a multiple of 4, where zeros may stand. */
export function keepBest(from: usize, count: i32, first: u32, k: i32, scores: usize, rows: usize): void {
  const last = scores + ((<usize>(k - 1)) << 2);
  let least = v128.load32_splat(last);
  for (let i = 0; i < count; i += 4) {
    if (!v128.any_true(f32x4.gt(v128.load(from + ((<usize>i) << 2)), least))) continue;
    const until = min(i + 4, count);
    for (let j = i; j < until; j++) {
      const score = load<f32>(from + ((<usize>j) << 2));
      if (score > load<f32>(last)) insert(score, first + j, k, scores, rows);
    }
    least = v128.load32_splat(last);
  }
}

/**
 * A list for each column.
 * @param from f32 [count, columns], columns a multiple of 8: scores of the rows `first` and later.
 * @param offsets f32 [count], added to the scores of each row.
 * @param least f32 [columns]: the last score of each list.
 * @param scores f32 [columns, k]; `rows` u32 [columns, k].
 */
export function keepBestOfColumns(
  from: usize,
  count: i32,
  columns: i32,
  offsets: usize,
  first: u32,
  k: i32,
  least: usize,
  scores: usize,
  rows: usize,
): void {
  const bytes = (<usize>columns) << 2;
  const list = (<usize>k) << 2;
  for (let r = 0; r < count; r++) {
    const at = from + <usize>r * bytes;
    const offset = v128.load32_splat(offsets + ((<usize>r) << 2));
    for (let c: usize = 0; c < bytes; c += 16) {
      const four = f32x4.add(v128.load(at + c), offset);
      let above = i32x4.bitmask(f32x4.gt(four, v128.load(least + c)));
      if (above == 0) continue;
      v128.store(at + c, four);
      while (above != 0) {
        const to = c + ((<usize>ctz(above)) << 2);
        above &= above - 1;
        const own = (to >> 2) * list;
        insert(load<f32>(at + to), first + r, k, scores + own, rows + own);
        store<f32>(least + to, load<f32>(scores + own + list - 4));
      }
    }
  }
}
