/**
 * Two training examples from one person's history: each half of it predicts the other. A real direction of taste shows
 * in both halves. Noise of the item vectors, or chance, does not agree between them.
 * @module
 */

/**
 * Number of ways to split. Positions alternate singly, in pairs or in fours, depending on the round, so that rounds see
 * different halves.
 */
const PATTERNS = 3;

export interface Halves {
  /** Catalogue indices; neither half is empty. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/** Splits a history into two non-empty parts; null for fewer than two items, from which nothing can be learned. */
export function halvesOf(items: Uint32Array, round: number): Halves | null {
  if (items.length < 2) return null;
  const shift = round % PATTERNS;
  const bits = items.length > 1 << shift ? shift : 0;
  const part = (side: number): Uint32Array => items.filter((_, position) => ((position >> bits) & 1) === side);
  return { first: part(0), second: part(1) };
}
