/** XMarket electronics: one shop in seven countries. Items are shared, persons are not; everybody's last item is hidden. */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { itemCounts } from '../../core/data/select.ts';
import { hideLastItem } from '../../core/evaluation/cold-platform.ts';
import type { LastHidden } from '../../core/evaluation/cold-platform.ts';

/** Markets that are scored. */
export const SCORED = ['in', 'jp', 'mx', 'de', 'uk'] as const;
/** Markets on which everything is chosen. */
export const CHOOSING = ['fr', 'ca'] as const;

export interface Market extends LastHidden {
  readonly name: string;
  /** Index in the vocabulary of each item of the catalogue. */
  readonly vocabulary: Uint32Array /* [items] */;
  /** Training interactions of each item of the catalogue, of all persons: they draw the popular negatives. */
  readonly counts: Uint32Array /* [items] */;
  /** Training interactions over the vocabulary. */
  readonly shared: Domain;
}

export interface World {
  readonly markets: ReadonlyMap<string, Market>;
  /** Item ids of all markets, sorted. Treated as public. */
  readonly vocabulary: readonly string[];
}

export async function openWorld(data: string): Promise<World> {
  const domains: Domain[] = [];
  for (const name of [...SCORED, ...CHOOSING]) {
    const path = join(data, 'xmarket-electronics', `${name}.tsv`);
    domains.push((await inspectSource(path, { name, minRating: null })).report.domain);
  }
  const vocabulary = [...new Set(domains.flatMap(({ catalogue }) => catalogue))].sort();
  const places = new Map(vocabulary.map((id, place) => [id, place]));
  const markets = domains.map((domain): Market => {
    const parts = hideLastItem(domain);
    const own = Uint32Array.from(domain.catalogue, (id) => places.get(id) ?? 0);
    const shared = { ...parts.train, catalogue: vocabulary, items: parts.train.items.map((item) => own[item]) };
    return { ...parts, name: domain.name, vocabulary: own, counts: itemCounts(parts.train), shared };
  });
  return { markets: new Map(markets.map((market) => [market.name, market])), vocabulary };
}

/** The market of this name. */
export function marketOf({ markets }: World, name: string): Market {
  const market = markets.get(name);
  if (market === undefined) throw new Error(`no market "${name}": choose from ${[...markets.keys()].join(', ')}`);
  return market;
}
