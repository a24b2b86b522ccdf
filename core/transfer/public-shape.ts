/**
 * Look-ups among a federation's public facts.
 * @module
 */
import { TransferError } from './errors.ts';
import type { PublicShape } from './encoder.ts';

/** @throws TransferError TRANSFER_SHAPE, naming the platforms that exist. */
export function publicPlatform(shape: PublicShape, name: string): PublicShape['platforms'][number] {
  const found = shape.platforms.find((platform) => platform.name === name);
  if (found === undefined) {
    const known = shape.platforms.map((platform) => platform.name).join(', ');
    throw new TransferError('TRANSFER_SHAPE', `no platform "${name}" in the federation; it has ${known}`);
  }
  return found;
}
