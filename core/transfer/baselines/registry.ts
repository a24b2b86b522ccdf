/**
 * Every baseline by its name, in the order of the tables.
 * @module
 */
import { TransferError } from '../errors.ts';
import type { Baseline } from './baseline.ts';
import { ceiling } from './ceiling.ts';
import { localOnly, popularity, prior, priorCount, random } from './lists.ts';
import { userKnn } from './user-knn.ts';

export const baselines: readonly Baseline[] = [random, popularity, localOnly, prior, priorCount, userKnn, ceiling];

/** @throws TransferError TRANSFER_BASELINE_UNKNOWN, naming the baselines that exist. */
export function baselineNamed(name: string): Baseline {
  const found = baselines.find((baseline) => baseline.name === name);
  if (found !== undefined) return found;
  throw new TransferError(
    'TRANSFER_BASELINE_UNKNOWN',
    `no baseline "${name}"; there are ${baselines.map((baseline) => baseline.name).join(', ')}`,
  );
}
