/** Drift: what is popular now, on stamped interactions. The half-life is chosen on the period before the one that is scored. */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { beforeMoment, decayedCounts } from '../../core/evaluation/recency.ts';
import { candidateLists, KINDS, ranksInLists } from '../../core/evaluation/two-kinds.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import { itemCounts } from '../../core/data/select.ts';
import { CHOOSING, SCORED } from '../federation/markets.ts';

export interface DriftRow {
  readonly market: string;
  /** First interactions of persons in the scored period. */
  readonly positives: number;
  /** Chosen half-life in days; null: all interactions count alike. */
  readonly chosen: number | null;
  readonly ndcg: Readonly<Record<string, Readonly<Record<Kind, number>>>>;
  /** NDCG@10 of the chosen half-life minus that of all counts alike. */
  readonly gains: Readonly<Record<Kind, Gain>>;
}

const DAY = 86_400;
const HALF_LIVES = [null, 365, 180, 90, 30] as const;
/**
 * Shares of the interactions before three moments: the start of the period on which the half-life is chosen, the start of the scored
 * period, and its end.
 */
const MOMENTS = [0.7, 0.8, 0.9];

export async function stampedMarkets(data: string): Promise<ReadonlyMap<string, Domain>> {
  const markets = new Map<string, Domain>();
  for (const name of [...SCORED, ...CHOOSING]) {
    const path = join(data, 'xmarket-electronics', `${name}.tsv`);
    markets.set(name, (await inspectSource(path, { name, minRating: null })).report.domain);
  }
  return markets;
}

export function drift(stamped: ReadonlyMap<string, Domain>, seed: string): DriftRow[] {
  return SCORED.flatMap((name) => {
    const domain = stamped.get(name);
    return domain === undefined ? [] : [driftOf(domain, seed)];
  });
}

function driftOf(domain: Domain, seed: string): DriftRow {
  const times = Float64Array.from(domain.timestamps ?? []).sort();
  const [choose, score, end] = MOMENTS.map((share) => times[Math.floor(share * times.length)]);
  const before = period(domain, choose, score, `${seed}/choose`);
  const held = HALF_LIVES.map((days) => mean(before.ndcg(days).both));
  const chosen = HALF_LIVES[held.indexOf(Math.max(...held))];
  const after = period(domain, score, end, `${seed}/score`);
  const [alike, decayed] = [after.ndcg(null), after.ndcg(chosen)];
  const gain = (kind: Kind): Gain =>
    clusteredGain([[{ persons: after.persons, gains: decayed[kind].map((value, i) => value - alike[kind][i]) }]], seed);
  const of = (kind: Kind, days: number | null): number => mean(after.ndcg(days)[kind]);
  return {
    market: domain.name,
    positives: after.persons.length,
    chosen,
    ndcg: Object.fromEntries(
      HALF_LIVES.map((days) => [
        days === null ? 'all alike' : `${days} days`,
        { both: of('both', days), uniform: of('uniform', days), popularity: of('popularity', days) },
      ]),
    ),
    gains: { both: gain(KINDS[0]), uniform: gain(KINDS[1]), popularity: gain(KINDS[2]) },
  };
}

interface Period {
  readonly persons: readonly string[];
  ndcg(days: number | null): Record<Kind, Float64Array>;
}

/** The first interaction of each person from one moment to another, on items that somebody had met before. */
function period(domain: Domain, from: number, to: number, seed: string): Period {
  const past = beforeMoment(domain, from);
  const counts = itemCounts(past);
  const persons = domain.persons.flatMap((id, p) => {
    for (let i = domain.offsets[p]; i < domain.offsets[p + 1]; i++) {
      const time = domain.timestamps?.[i] ?? Number.NaN;
      if (time < from || time >= to || counts[domain.items[i]] === 0) continue;
      return [{ id, hidden: domain.items[i], known: past.items.slice(past.offsets[p], past.offsets[p + 1]) }];
    }
    return [];
  });
  const lists = candidateLists({ counts, persons, seed });
  return {
    persons: persons.map(({ id }) => id),
    ndcg(days) {
      const decayed = decayedCounts(past, from, days === null ? Infinity : days * DAY);
      const ranks = ranksInLists(
        lists,
        Float32Array.from(lists.items, (item) => decayed[item]),
      );
      const of = (kind: Kind): Float64Array => Float64Array.from(ranks[kind], (rank) => gains.ndcg(rank, 10));
      return { both: of('both'), uniform: of('uniform'), popularity: of('popularity') };
    },
  };
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
