/**
 * A strategy's settings from a manifest, checked once and completed with defaults.
 * @module
 */
import type { z } from 'zod';
import { TransferError } from './errors.ts';

/**
 * @param owner the strategy's name, used in messages.
 * @throws TransferError TRANSFER_SETTING naming each key and the values it accepts.
 */
export function parseSettings<Settings>(schema: z.ZodType<Settings>, raw: unknown, owner: string): Settings {
  const result = schema.safeParse(raw ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`);
  throw new TransferError('TRANSFER_SETTING', `settings of ${owner}: ${problems.join('; ')}`);
}
