/**
 * What one person's history teaches: each half of it predicts the other. A direction of taste that shows in both halves
 * is real; one that is noise of the item vectors, or of chance, shows in neither.
 * @module
 */

/** Positions alternate singly, in pairs and in fours, by round, so that rounds see different halves. */
const PATTERNS = 3;

export interface Halves {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/** Both parts non-empty; null for a history of fewer than two items, which teaches nothing. */
export function halvesOf(items: Uint32Array, round: number): Halves | null {
  if (items.length < 2) return null;
  const shift = round % PATTERNS;
  const bits = items.length > 1 << shift ? shift : 0;
  const part = (side: number): Uint32Array => items.filter((_, position) => ((position >> bits) & 1) === side);
  return { first: part(0), second: part(1) };
}
