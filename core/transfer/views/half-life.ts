/**
 * Older items of a history weigh less. Ages count from the person's own last event: a date of the whole platform would tell
 * when other persons last did something.
 * @module
 */
import { z } from 'zod';
import type { History } from '../../data/domain.ts';

/** Days after which an item weighs half; null: all weigh alike. */
export const halfLifeSchema = z.number().min(1).max(36_500).nullable().default(null);

const DAY_SECONDS = 86_400;

/** Weights of the history's items, in their order; undefined: all alike. An item without a time weighs 1. */
export function ageWeights({ timestamps }: History, halfLife: number | null): Float64Array | undefined {
  if (halfLife === null || timestamps === undefined) return undefined;
  const last = timestamps.reduce((latest, time) => (time > latest ? time : latest), -Infinity);
  return timestamps.map((time) => (Number.isNaN(time) ? 1 : 2 ** ((time - last) / (halfLife * DAY_SECONDS))));
}
