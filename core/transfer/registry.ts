/**
 * Every strategy by its name. To add one, add a file in strategies/ and a line here.
 * @module
 */
import { TransferError } from './errors.ts';
import { linearBridge } from './strategies/linear-bridge.ts';
import { privateSubspace } from './strategies/private-subspace.ts';
import { sharedSubspace } from './strategies/shared-subspace.ts';
import { sharedTrunk } from './strategies/shared-trunk.ts';
import type { TransferStrategy } from './encoder.ts';

export const strategies: readonly TransferStrategy[] = [linearBridge, privateSubspace, sharedTrunk, sharedSubspace];

/** @throws TransferError TRANSFER_STRATEGY_UNKNOWN, naming the strategies that exist. */
export function strategyNamed(name: string): TransferStrategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  throw new TransferError(
    'TRANSFER_STRATEGY_UNKNOWN',
    `no strategy "${name}"; there are ${strategies.map((strategy) => strategy.name).join(', ')}`,
  );
}
