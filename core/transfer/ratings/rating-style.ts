/**
 * How a person rates: the mean and the spread of the person's own ratings, as if five ratings in the middle of the scale came
 * before them. It depends on one history and on the public scale, and on nobody else.
 * @module
 */
import type { History } from '../../data/domain.ts';

const PRIOR = 5;

/** @param scale lowest and highest rating. @returns mean and standard deviation; the middle of the scale for no ratings. */
export function ratingStyle(
  { ratings = new Float32Array(0) }: History,
  [least, most]: readonly [number, number],
): readonly [number, number] {
  const known = ratings.filter((rating) => !Number.isNaN(rating));
  const count = known.length + PRIOR;
  const middle = (least + most) / 2;
  const mean = known.reduce((sum, rating) => sum + rating, PRIOR * middle) / count;
  const spread = ((most - least) / 4) ** 2;
  return [mean, Math.sqrt(known.reduce((sum, rating) => sum + (rating - mean) ** 2, PRIOR * spread) / count)];
}
