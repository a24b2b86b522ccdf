/**
 * Figures of a domain that decide how much transfer can gain.
 * @module
 */
import type { Domain } from './domain.ts';
import { historyLength, itemCounts, personIndex } from './select.ts';

/** Quantiles of a set of counts. */
export interface Quantiles {
  readonly min: number;
  readonly p10: number;
  readonly median: number;
  readonly mean: number;
  readonly p90: number;
  readonly max: number;
}

export interface DomainFigures {
  readonly persons: number;
  readonly items: number;
  readonly interactions: number;
  /** Share of the person-item pairs that have an interaction. */
  readonly density: number;
  /** Interactions per person. */
  readonly histories: Quantiles;
  /** Interactions per item. */
  readonly perItem: Quantiles;
  readonly longTail: {
    /** Share of the interactions that fall on the most popular 1 % of the items. */
    readonly top1PercentShare: number;
    readonly top10PercentShare: number;
    /**
     * Gini coefficient of the interactions per item. 0: all items have the same number; near 1: a few items have almost
     * all.
     */
    readonly gini: number;
  };
  /** First and last time in Unix seconds; null if no time is known. */
  readonly timeSpan: { readonly first: number; readonly last: number; readonly knownShare: number } | null;
  readonly ratings: {
    readonly min: number;
    readonly mean: number;
    readonly max: number;
    readonly knownShare: number;
  } | null;
  /** Number of items with a title. */
  readonly titled: number;
}

export function describeDomain(domain: Domain): DomainFigures {
  const persons = domain.persons.length;
  const items = domain.catalogue.length;
  const interactions = domain.items.length;
  const counts = itemCounts(domain).sort().reverse();
  const histories = Uint32Array.from({ length: persons }, (_, p) => historyLength(domain, p)).sort();
  return {
    persons,
    items,
    interactions,
    density: persons * items === 0 ? 0 : interactions / (persons * items),
    histories: quantiles(histories),
    perItem: quantiles(counts.slice().reverse()),
    longTail: {
      top1PercentShare: topShare(counts, 0.01),
      top10PercentShare: topShare(counts, 0.1),
      gini: gini(counts),
    },
    timeSpan: timeSpan(domain),
    ratings: ratingFigures(domain),
    titled: domain.titles?.reduce((count, title) => (title === undefined ? count : count + 1), 0) ?? 0,
  };
}

/** The persons that several domains share. */
export interface Overlap {
  readonly domains: readonly string[];
  /** Persons known on all of the domains. */
  readonly persons: number;
  /** Shared persons with at least `minInteractions` on each domain. */
  readonly eligible: number;
  readonly minInteractions: number;
  /** Shared persons divided by the persons of the smallest domain. */
  readonly shareOfSmallest: number;
}

/**
 * The overlap of every pair and, with more than two domains, of all of them together. Equal ids mean the same person.
 */
export function overlaps(domains: readonly Domain[], minInteractions = 3): Overlap[] {
  const indices = domains.map(personIndex);
  const of = (chosen: readonly number[]): Overlap => {
    let persons = 0;
    let eligible = 0;
    const [first, ...others] = chosen;
    for (const [id, p] of indices[first]) {
      const rows = others.map((d) => indices[d].get(id));
      if (rows.some((row) => row === undefined)) continue;
      persons++;
      const lengths = rows.map((row, i) => historyLength(domains[others[i]], row ?? 0));
      if (Math.min(historyLength(domains[first], p), ...lengths) >= minInteractions) eligible++;
    }
    const smallest = Math.min(...chosen.map((d) => domains[d].persons.length));
    return {
      domains: chosen.map((d) => domains[d].name),
      persons,
      eligible,
      minInteractions,
      shareOfSmallest: smallest === 0 ? 0 : persons / smallest,
    };
  };
  const pairs = domains.flatMap((_, a) => domains.slice(a + 1).map((_other, i) => of([a, a + 1 + i])));
  return domains.length > 2 ? [...pairs, of(domains.map((_, d) => d))] : pairs;
}

function quantiles(ascending: Uint32Array): Quantiles {
  const n = ascending.length;
  if (n === 0) return { min: 0, p10: 0, median: 0, mean: 0, p90: 0, max: 0 };
  const at = (share: number): number => ascending[Math.min(n - 1, Math.floor(share * n))];
  const total = ascending.reduce((sum, count) => sum + count, 0);
  return { min: ascending[0], p10: at(0.1), median: at(0.5), mean: total / n, p90: at(0.9), max: ascending[n - 1] };
}

/** Share of the interactions on the most popular `share` of the items, but at least on one item. */
function topShare(descending: Uint32Array, share: number): number {
  const total = descending.reduce((sum, count) => sum + count, 0);
  const top = descending.subarray(0, Math.max(1, Math.round(share * descending.length)));
  return total === 0 ? 0 : top.reduce((sum, count) => sum + count, 0) / total;
}

/** Gini coefficient of concentration. */
function gini(descending: Uint32Array): number {
  const n = descending.length;
  let total = 0;
  let weighted = 0;
  for (let i = 0; i < n; i++) {
    total += descending[i];
    weighted += (n - i) * descending[i];
  }
  return total === 0 ? 0 : (2 * weighted) / (n * total) - (n + 1) / n;
}

function timeSpan({ timestamps }: Domain): DomainFigures['timeSpan'] {
  const range = timestamps && rangeOf(timestamps);
  return range ? { first: range.min, last: range.max, knownShare: range.knownShare } : null;
}

function ratingFigures({ ratings }: Domain): DomainFigures['ratings'] {
  return (ratings && rangeOf(ratings)) ?? null;
}

function rangeOf(values: Float32Array | Float64Array): NonNullable<DomainFigures['ratings']> | undefined {
  let min = Infinity;
  let max = -Infinity;
  let total = 0;
  let known = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    known++;
    total += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return known === 0 ? undefined : { min, mean: total / known, max, knownShare: known / values.length };
}
