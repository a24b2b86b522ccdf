/**
 * A strategy's settings from a manifest, checked once and completed with defaults.
 * @module
 */
import type { z } from 'zod';
import type { Adjustable } from './decoder/readout.ts';
import { TransferError } from './errors.ts';
import type { Draws } from './piece.ts';

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

/**
 * A method of the target with settings.
 * @param schema has a default for every setting.
 * @param make the method with checked settings.
 */
export function adjustable<Settings extends Readonly<Record<string, number>>, One extends object>(
  owner: string,
  schema: z.ZodType<Settings>,
  draws: Draws & Readonly<Partial<Record<keyof Settings, readonly number[]>>>,
  make: (settings: Settings) => One,
): One & { readonly adjustable: Adjustable<One> } {
  const at = (settings: Readonly<Record<string, unknown>>): One => make(parseSettings(schema, settings, owner));
  return { ...at({}), adjustable: { defaults: parseSettings(schema, {}, owner), draws, at } };
}
