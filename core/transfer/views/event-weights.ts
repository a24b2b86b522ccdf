/**
 * Weights of the items of a history: older ones may weigh less, and better rated ones more. A platform of videos gives the watched
 * fraction of each view as its rating, so that a video which was left at once weighs nothing.
 * @module
 */
import { z } from 'zod';
import type { History } from '../../data/domain.ts';
import { ageWeights } from './half-life.ts';

export interface WeightSettings {
  /** Days after which an item weighs half, from the person's own last event; null: all weigh alike. */
  readonly halfLife: number | null;
  /** `ratings`: an item weighs its rating, at least 0. Absent: ratings do not count. */
  readonly weights?: 'ratings' | undefined;
}

export const weightsSchema = z.literal('ratings').optional();

/** Weights of the history's items, in their order; undefined: all alike. An item without a rating weighs 1. */
export function eventWeights(history: History, { halfLife, weights }: WeightSettings): Float64Array | undefined {
  const ages = ageWeights(history, halfLife);
  const { ratings } = history;
  if (weights === undefined || ratings === undefined) return ages;
  return Float64Array.from(ratings, (rating, i) => (ages?.[i] ?? 1) * (Number.isNaN(rating) ? 1 : Math.max(0, rating)));
}
