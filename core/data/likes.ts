/**
 * Decides which ratings count as a like. All strategies learn from which persons interacted with which items, never from
 * ratings. So a row with a bad rating would count in favour of its item unless it is left out.
 * @module
 */

export interface Likes {
  /** Lowest and highest rating of the scale; null if no scale is recognised. */
  readonly scale: readonly [least: number, most: number] | null;
  /** A known rating below this is not a like. Null: no rating is too low. */
  readonly from: number | null;
  /** A known rating above this is not a like (99 for "not rated"). Null: no rating is too high. */
  readonly to: number | null;
}

export const EVERY_RATING: Likes = { scale: null, from: null, to: null };

/** True for a rating within the bounds, and for an unknown one (NaN). */
export function isLike(rating: number, { from, to }: Pick<Likes, 'from' | 'to'>): boolean {
  return !((from !== null && rating < from) || (to !== null && rating > to));
}

/** Numbers that mean "not rated": -1 in anime lists, 0 in Book-Crossing and Goodreads, 99 in Jester. */
const NOT_RATED = [-1, 0, 99];

/**
 * Finds the scale of the ratings and counts the ratings from its middle upward as likes. Returns `EVERY_RATING` if no
 * scale is recognised (counts, prices, a single value).
 * @param ratings the known ratings; sorted in place.
 */
export function likesOf(ratings: Float32Array): Likes {
  ratings.sort();
  const rated = ratings.filter((rating) => !NOT_RATED.includes(rating));
  if (rated.length === 0) return EVERY_RATING;
  // A few mistyped ratings must not stretch the scale.
  const least = rated[Math.floor(0.001 * rated.length)];
  const most = rated[Math.ceil(0.999 * rated.length) - 1];
  const scale = scaleFrom(least, most);
  // A single value shows that something happened, not how much it was liked.
  if (scale === undefined || (least === most && ratings[0] === ratings[ratings.length - 1])) return EVERY_RATING;
  return { scale, from: (scale[0] + scale[1]) / 2, to: scale[1] };
}

function scaleFrom(least: number, most: number): readonly [number, number] | undefined {
  if (least >= 0 && most <= 1) return [0, 1];
  if (least >= 0.5 && most > 2 && most <= 10) return [least < 1 ? 0.5 : 1, Math.max(5, Math.ceil(most))];
  if (least >= -10 && least < 0 && most <= 10) return [-10, 10];
  return undefined;
}
