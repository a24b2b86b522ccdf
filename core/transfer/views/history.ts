/**
 * The person's own history, sealed for the chosen target. It depends on nobody else, so it costs no epsilon. But the target
 * receives the history itself: the statement says so, and a consent must name it.
 * @module
 */
import { z } from 'zod';
import { boxOfHistory } from '../encoder/history-box.ts';
import { parseSettings } from '../settings.ts';
import type { PublicView } from './view.ts';

export interface HistorySettings {
  /** Slots of the box: the latest so many items are sent, 1 to 256. */
  readonly items: number;
}

const schema: z.ZodType<HistorySettings> = z.strictObject({ items: z.int().min(1).max(256).default(64) });

export const history: PublicView<HistorySettings> = {
  name: 'history',
  summary: "the person's own history, which the target receives itself",
  reference: 'Herlocker, Konstan, Borchers and Riedl, SIGIR 1999: neighbours by whole histories',
  law: 'public',
  sendsHistory: true,
  slots: ({ items }) => items,
  defaults: { items: 64 },
  ablation: { off: 'one item, the latest', settings: { items: 1 } },
  settings: (raw) => parseSettings(schema, raw, 'history'),
  width: (_, { items }) => items + 1,
  make: ({ settings }) => Promise.resolve({ encode: ({ items }) => boxOfHistory(items, settings.items) }),
};
