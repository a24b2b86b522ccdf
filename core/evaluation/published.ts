/**
 * Protocols of published tables, followed exactly to compare with those tables. They are not the protocols that measure best.
 * @module
 */
import type { PublishedDirection } from '../data/game-video.ts';
import type { Negatives } from './negatives.ts';
import { uniformWithReplacement } from './negatives.ts';

/** Number of negatives per positive in the protocol `published:game-video`. */
export const GAME_VIDEO_NEGATIVES = 999;

/**
 * Ranks each positive against 999 items drawn uniformly, with replacement, from the items of the target's training
 * rows. The person's other positives are not removed. Means are over positives.
 *
 * @param draw number of the draw, or a seed. Published figures are means over several draws.
 */
export function gameVideoNegatives({ target }: PublishedDirection, draw: string | number): Negatives {
  return uniformWithReplacement(new Uint32Array(new Set(target.items)), GAME_VIDEO_NEGATIVES, draw);
}
