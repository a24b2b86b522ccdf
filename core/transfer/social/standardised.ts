/**
 * Scores of one person brought to one unit, so that lists from several methods can be blended.
 * @module
 */

/** Score of what must not be shown: below every other score. */
export const HIDDEN = -1e6;

/** Mean 0 and variance 1 over what may be shown; {@link HIDDEN} for all else. @param isHidden 1 for what must not be shown. */
export function standardised(scores: Float32Array, isHidden: Uint8Array): Float32Array {
  let n = 0;
  let sum = 0;
  let squares = 0;
  scores.forEach((score, at) => {
    if (isHidden[at] === 1) return;
    n++;
    sum += score;
    squares += score * score;
  });
  const mean = sum / n;
  const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean));
  return scores.map((score, at) => (isHidden[at] === 1 ? HIDDEN : deviation > 0 ? (score - mean) / deviation : 0));
}

/** Sum of lists by weight. What one list hides stays hidden. */
export function weighted(lists: readonly Float32Array[], weights: readonly number[]): Float32Array {
  return lists[0].map((score, at) =>
    score === HIDDEN ? HIDDEN : weights.reduce((sum, weight, i) => sum + weight * lists[i][at], 0),
  );
}
