/**
 * A source and a target on real data: what a decoder of the target makes of the source's releases about cold persons.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { transferOf } from './transfer.ts';
import type { Transfer } from './transfer.ts';

export interface Pair extends Transfer {
  readonly source: Domain;
  readonly split: ColdSplit;
}

/** Every interaction counts, whatever its rating. */
export async function domainAt(folder: string, path: string): Promise<Domain> {
  const name = path.replace(/^.*\//, '').replace(/\.tsv$/, '');
  return (await inspectSource(join(folder, path), { name, minRating: null })).report.domain;
}

/** The default encoder at a total epsilon of 4. @param paths of source and target in the folder */
export async function pairOf(folder: string, paths: readonly [string, string], seed: string): Promise<Pair> {
  const source = await domainAt(folder, paths[0]);
  const target = await domainAt(folder, paths[1]);
  const split = coldSplit(target, [source], { seed });
  const transfer = await transferOf({ sources: [source], split, seed, encoder: 'private-subspace', epsilon: 4 });
  return { source, split, ...transfer };
}
