/**
 * Look-ups among a federation's public facts.
 * @module
 */
import { TransferError } from './errors.ts';
import type { PublicShape } from './encoder.ts';

/** True if the platform contributes and releases representations. */
export function isSource({ platforms }: PublicShape, name: string): boolean {
  return platforms.some((platform) => platform.name === name && platform.releases);
}

/** @throws TransferError TRANSFER_SHAPE, naming the platforms that exist. */
export function publicPlatform(shape: PublicShape, name: string): PublicShape['platforms'][number] {
  const found = shape.platforms.find((platform) => platform.name === name);
  if (found === undefined) {
    const known = shape.platforms.map((platform) => platform.name).join(', ');
    throw new TransferError('TRANSFER_SHAPE', `no platform "${name}" in the federation; it has ${known}`);
  }
  return found;
}
