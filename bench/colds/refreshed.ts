/**
 * Compares a federation that trains its shared subspace again in every period with one that trains it once. Both spend a total epsilon
 * of 4, which the refreshed one divides between its two trainings. Both rank by the vectors alone. They rank the first interaction of each
 * person in the scored period, for persons who bring a history.
 */
import type { Domain } from '../../core/data/domain.ts';
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { beforeMoment } from '../../core/evaluation/recency.ts';
import { candidateLists, ranksInLists } from '../../core/evaluation/two-kinds.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import type { SharedSubspace } from '../../core/transfer/encoder/shared-subspace.ts';
import { itemCounts } from '../../core/data/select.ts';
import { SCORED } from '../federation/markets.ts';
import type { World } from '../federation/markets.ts';
import { DELTA, SCORINGS, TRAINING } from '../federation/setting.ts';
import { listOf, subspaceScorer } from '../federation/lists.ts';
import { trainSubspace } from '../federation/subspace.ts';

export interface RefreshedRow {
  readonly market: string;
  readonly positives: number;
  readonly ndcg: { readonly once: number; readonly refreshed: number };
  readonly gains: Readonly<Record<Kind, Gain>>;
}

/** Shares of all interactions that precede the first training, the second, and the end of the scored period. */
const MOMENTS = [0.5, 0.8, 0.9] as const;

export function refreshed(
  world: World,
  stamped: ReadonlyMap<string, Domain>,
  seeds: readonly string[],
): RefreshedRow[] {
  const times = Float64Array.from(
    [...stamped.values()].flatMap(({ timestamps }) => Array.from(timestamps ?? [])),
  ).sort();
  const [first, second, end] = MOMENTS.map((share) => times[Math.floor(share * times.length)]);
  const items = world.vocabulary.length;
  const places = new Map(world.vocabulary.map((id, place) => [id, place]));
  const sitesBefore = (moment: number) =>
    [...stamped.values()].map((domain) => {
      const past = beforeMoment(domain, moment);
      return { ...past, items: past.items.map((item) => places.get(domain.catalogue[item]) ?? 0) };
    });
  const [early, late] = [sitesBefore(first), sitesBefore(second)];
  const trained = seeds.map((seed) => {
    const terms = { epsilon: 4, delta: DELTA, noise: 'shares', seed } as const;
    return {
      once: trainSubspace(early, items, TRAINING, terms),
      // The first training has spent its part of the budget, because the persons of the second were in it.
      refreshed: trainSubspace(late, items, TRAINING, terms, TRAINING.rounds),
    };
  });
  return SCORED.map((name): RefreshedRow => {
    const domain = stamped.get(name);
    if (domain === undefined) throw new Error(`no market ${name}`);
    const past = beforeMoment(domain, second);
    const counts = itemCounts(past);
    const persons = domain.persons.flatMap((id, p) => {
      const known = past.items.slice(past.offsets[p], past.offsets[p + 1]);
      for (let i = domain.offsets[p]; i < domain.offsets[p + 1] && known.length > 0; i++) {
        const time = domain.timestamps?.[i] ?? Number.NaN;
        const item = domain.items[i];
        if (time >= second && time < end && counts[item] > 0 && !known.includes(item))
          return [{ id, hidden: item, known }];
      }
      return [];
    });
    const candidates = candidateLists({ counts, persons, seed: `refreshed/${name}` });
    const group = { ids: persons.map(({ id }) => id), histories: persons.map(({ known }) => known), candidates };
    const vocabulary = Uint32Array.from(domain.catalogue, (id) => places.get(id) ?? 0);
    const cuts = trained.map((spaces) => {
      const ndcg = (space: SharedSubspace): Record<Kind, Float64Array> => {
        const scorer = subspaceScorer(space, TRAINING, SCORINGS[0], vocabulary);
        const ranks = ranksInLists(candidates, listOf(group, counts.length, scorer));
        const of = (kind: Kind): Float64Array => Float64Array.from(ranks[kind], (rank) => gains.ndcg(rank, 10));
        return { both: of('both'), uniform: of('uniform'), popularity: of('popularity') };
      };
      return { once: ndcg(spaces.once), refreshed: ndcg(spaces.refreshed) };
    });
    const gain = (kind: Kind): Gain => {
      const differences = cuts.map(({ once, refreshed: again }) => ({
        persons: group.ids,
        gains: again[kind].map((value, i) => value - once[kind][i]),
      }));
      return clusteredGain([differences], name);
    };
    const overSeeds = (of: 'once' | 'refreshed'): number =>
      cuts.reduce((sum, cut) => sum + mean(cut[of].both) / cuts.length, 0);
    return {
      market: name,
      positives: persons.length,
      ndcg: { once: overSeeds('once'), refreshed: overSeeds('refreshed') },
      gains: { both: gain('both'), uniform: gain('uniform'), popularity: gain('popularity') },
    };
  });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
