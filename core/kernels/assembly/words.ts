/**
 * Sums of 32-bit words, modulo 2^32.
 */

/** to[i] += from[i], for `words` words; a multiple of 16. */
export function addWords(to: usize, from: usize, words: i32): void {
  const end = to + ((<usize>words) << 2);
  for (; to < end; to += 64, from += 64) {
    v128.store(to, i32x4.add(v128.load(to), v128.load(from)));
    v128.store(to, i32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
    v128.store(to, i32x4.add(v128.load(to, 32), v128.load(from, 32)), 32);
    v128.store(to, i32x4.add(v128.load(to, 48), v128.load(from, 48)), 48);
  }
}

/** to[i] -= from[i], for `words` words; a multiple of 16. */
export function subtractWords(to: usize, from: usize, words: i32): void {
  const end = to + ((<usize>words) << 2);
  for (; to < end; to += 64, from += 64) {
    v128.store(to, i32x4.sub(v128.load(to), v128.load(from)));
    v128.store(to, i32x4.sub(v128.load(to, 16), v128.load(from, 16)), 16);
    v128.store(to, i32x4.sub(v128.load(to, 32), v128.load(from, 32)), 32);
    v128.store(to, i32x4.sub(v128.load(to, 48), v128.load(from, 48)), 48);
  }
}
