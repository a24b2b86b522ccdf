/**
 * A source and a target on real data: what a decoder of the target makes of the source's releases about cold persons.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons, sharedPersons, withoutUnmetItems } from '../../core/data/select.ts';
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

/** Both platforms, cut to the persons whom they have in common, and the items that these have met. */
export async function commonAt(
  folder: string,
  paths: readonly [string, string],
): Promise<readonly [source: Domain, target: Domain]> {
  const [source, target] = [await domainAt(folder, paths[0]), await domainAt(folder, paths[1])];
  const common = new Set(sharedPersons(source, target));
  const cut = (domain: Domain): Domain => {
    const kept = [...domain.persons.keys()].filter((row) => common.has(domain.persons[row]));
    return withoutUnmetItems(restrictPersons(domain, kept)).domain;
  };
  return [cut(source), cut(target)];
}

/** The default encoder at a total epsilon of 4. @param paths of source and target in the folder */
export async function pairOf(folder: string, paths: readonly [string, string], seed: string): Promise<Pair> {
  const source = await domainAt(folder, paths[0]);
  const target = await domainAt(folder, paths[1]);
  const split = coldSplit(target, [source], { seed });
  const transfer = await transferOf({ sources: [source], split, seed, encoder: 'private-subspace', epsilon: 4 });
  return { source, split, ...transfer };
}
