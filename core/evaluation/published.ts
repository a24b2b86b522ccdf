/**
 * Protocols of published tables, to the letter: for comparing with them, not for measuring well.
 * @module
 */
import type { PublishedDirection } from '../data/game-video.ts';
import type { Negatives } from './negatives.ts';
import { uniformWithReplacement } from './negatives.ts';

/** `published:game-video`: negatives of one positive. */
export const GAME_VIDEO_NEGATIVES = 999;

/**
 * Each positive against 999 items drawn uniformly, with replacement, from the items of the target's training rows; the
 * person's other positives are not removed. Means are over positives.
 * @param draw number of the draw, or a seed: published figures are means of several
 */
export function gameVideoNegatives({ target }: PublishedDirection, draw: string | number): Negatives {
  return uniformWithReplacement(new Uint32Array(new Set(target.items)), GAME_VIDEO_NEGATIVES, draw);
}
