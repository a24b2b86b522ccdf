/** The other platforms of a federation, and the platform itself where its persons take part. */
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Market, World } from './markets.ts';
import type { Setting } from './setting.ts';
import type { Site } from './subspace.ts';

export interface Sites {
  readonly others: readonly Domain[];
  /** The platforms whose persons enter the sums. */
  readonly members: readonly Site[];
  /** Number of places in the vocabulary, including those of items that the others sell under another id. */
  readonly items: number;
}

export function sitesOf(world: World, market: Market, own: Uint32Array, setting: Setting, seed: string): Sites {
  const { platforms, common, joins } = setting;
  const items = world.vocabulary.length;
  const aliases = aliasesOf(market, items, common, seed);
  const markets = [...world.markets.values()]
    .filter(({ name }) => name !== market.name)
    .map(({ shared }) => (common === 1 ? shared : { ...shared, items: shared.items.map((item) => aliases[item]) }));
  const others = platforms === 'markets' ? markets : cut(markets, platforms, seed);
  const joined = joins === 'member' && own.length > 0;
  return {
    others,
    members: joined ? [...others, restrictPersons(market.shared, own)] : others,
    items: common === 1 ? items : items + market.vocabulary.length,
  };
}

/** Gives each item that the others sell under another id a place behind the vocabulary. */
function aliasesOf(market: Market, items: number, common: number, seed: string): Uint32Array {
  const aliases = Uint32Array.from({ length: items }, (_, item) => item);
  const prng = new Prng(`${seed}/common`);
  market.vocabulary.forEach((place, item) => {
    if (prng.uniform() >= common) aliases[place] = items + item;
  });
  return aliases;
}

function cut(
  markets: readonly Domain[],
  { n, each }: Exclude<Setting['platforms'], 'markets'>,
  seed: string,
): readonly Domain[] {
  const whole = joined(markets);
  const order = new Prng(`${seed}/platforms`).shuffle(Uint32Array.from(whole.persons.keys()));
  const size = each === 'all' ? order.length / (n - 1) : each;
  return Array.from({ length: n - 1 }, (_, i) => ({
    ...restrictPersons(whole, order.slice(Math.round(i * size), Math.round((i + 1) * size))),
    name: `cut-${i}`,
  }));
}

/** Joins the persons of several domains over one catalogue. */
export function joined(domains: readonly Domain[]): Domain {
  const persons = domains.flatMap((domain) => domain.persons);
  const offsets = new Uint32Array(persons.length + 1);
  const items = new Uint32Array(domains.reduce((sum, domain) => sum + domain.items.length, 0));
  let row = 0;
  for (const domain of domains) {
    items.set(domain.items, offsets[row]);
    for (let p = 0; p < domain.persons.length; p++, row++) {
      offsets[row + 1] = offsets[row] + domain.offsets[p + 1] - domain.offsets[p];
    }
  }
  return { name: 'joined', persons, catalogue: domains[0].catalogue, offsets, items };
}

/** Rows over the vocabulary as rows over a market's catalogue; everything else is left out. */
export function withinCatalogue(rows: Domain, market: Market): Domain {
  const places = new Map(Array.from(market.vocabulary, (place, item) => [place, item]));
  const offsets = new Uint32Array(rows.persons.length + 1);
  const items = new Uint32Array(rows.items.length);
  for (let p = 0; p < rows.persons.length; p++) {
    let to = offsets[p];
    for (let at = rows.offsets[p]; at < rows.offsets[p + 1]; at++) {
      const item = places.get(rows.items[at]);
      if (item !== undefined) items[to++] = item;
    }
    offsets[p + 1] = to;
  }
  return { ...rows, catalogue: market.train.catalogue, offsets, items: items.slice(0, offsets[rows.persons.length]) };
}
