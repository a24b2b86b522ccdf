/**
 * Worlds for a map between vocabularies: persons with one history at a source and one at a target, and several targets.
 *
 * `amazon`: the domains that have texts are the targets, and words are what their catalogues have in common. `xmarket`: nobody
 * is in two countries, so each history is cut in two by item: one half is at a source that serves all countries, the other at
 * the country's own shop. The shops sell under common ids.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { withoutUnmetItems } from '../../core/data/select.ts';
import { wordVectors } from './words.ts';

/** The space in which the catalogues of all targets lie: words, or common ids. */
export type Common =
  | { readonly kind: 'vectors'; readonly dimension: number; readonly items: Float32Array /* [items, dimension] */ }
  | { readonly kind: 'ids'; readonly size: number; readonly places: Uint32Array /* [items] */ };

export interface Platform {
  readonly domain: Domain;
  readonly common: Common;
}

/** A source, a target without linked persons, and other targets that are linked with the same source. */
export interface Pair {
  readonly source: Domain;
  /** The source's items among the words of the targets; null if it has none. */
  readonly sourceWords: Float32Array | null /* [items, dimension] */;
  readonly target: Platform;
  readonly others: readonly Platform[];
}

/** With fewer linked persons, a pair says little. */
const FEWEST_LINKED = 1000;
const TEXTS = ['beauty', 'food', 'kitchen', 'sports', 'toys'];

export async function amazonPairs(data: string): Promise<Pair[]> {
  const domains: Domain[] = [];
  for (const name of [...TEXTS, 'electronics']) domains.push(await read(join(data, 'amazon', `${name}.tsv`), name));
  const withTexts = domains.slice(0, TEXTS.length);
  const { dimension, vectors } = wordVectors(
    withTexts.map((domain) => textsOf(join(data, 'amazon', `${domain.name}.items.tsv`), domain)),
  );
  const targets = withTexts.map((domain, d): Platform => ({
    domain,
    common: { kind: 'vectors', dimension, items: vectors[d] },
  }));
  return domains.flatMap((source, s) =>
    targets.flatMap((target) => {
      const others = targets.filter(({ domain }) => domain !== source && domain !== target.domain);
      const isPair = target.domain !== source && linkedPersons(source, target.domain) >= FEWEST_LINKED;
      return isPair ? [{ source, sourceWords: s < vectors.length ? vectors[s] : null, target, others }] : [];
    }),
  );
}

async function read(path: string, name: string): Promise<Domain> {
  return (await inspectSource(path, { name, minRating: null })).report.domain;
}

function linkedPersons(first: Domain, second: Domain): number {
  const persons = new Set(first.persons);
  return second.persons.reduce((sum, person) => sum + (persons.has(person) ? 1 : 0), 0);
}

/** Title, keywords, brand and category: everything that the items file says in words. */
function textsOf(path: string, { catalogue }: Domain): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const texts = new Map(
    lines.map((line): [string, string] => {
      const at = line.indexOf('\t');
      return [line.slice(0, at), line.slice(at + 1).replace(/\t[\d ]+$/, '')];
    }),
  );
  return catalogue.map((item) => texts.get(item) ?? '');
}

const MARKETS = ['in', 'jp', 'mx', 'de', 'uk', 'fr', 'ca'];
/** `in` has too few items in each half to draw negatives from. */
const MEASURED = ['jp', 'mx', 'de', 'uk'];

export async function xmarketPairs(data: string): Promise<Pair[]> {
  const markets: Domain[] = [];
  for (const name of MARKETS) markets.push(await read(join(data, 'xmarket-electronics', `${name}.tsv`), name));
  const ids = [...new Set(markets.flatMap(({ catalogue }) => catalogue))].sort();
  const isAtSource = (id: string): boolean => (createHash('sha256').update(id).digest()[0] & 1) === 1;
  const source = gathered('source', markets, ids.filter(isAtSource));
  const places = new Map(ids.filter((id) => !isAtSource(id)).map((id, place) => [id, place]));
  const shops = markets.map((market): Platform => {
    const { domain } = withoutUnmetItems(gathered(market.name, [market], [...places.keys()]));
    const of = Uint32Array.from(domain.catalogue, (id) => places.get(id) ?? 0);
    return { domain, common: { kind: 'ids', size: places.size, places: of } };
  });
  return shops
    .filter(({ domain }) => MEASURED.includes(domain.name))
    .map((target) => ({ source, sourceWords: null, target, others: shops.filter((shop) => shop !== target) }));
}

/** The rows of several markets over some of their items. Persons without one of them have no row. */
function gathered(name: string, markets: readonly Domain[], catalogue: readonly string[]): Domain {
  const places = new Map(catalogue.map((id, place) => [id, place]));
  const persons: string[] = [];
  const offsets = [0];
  const items: number[] = [];
  for (const market of markets) {
    for (const [p, person] of market.persons.entries()) {
      for (let at = market.offsets[p]; at < market.offsets[p + 1]; at++) {
        const place = places.get(market.catalogue[market.items[at]]);
        if (place !== undefined) items.push(place);
      }
      if (items.length === offsets[offsets.length - 1]) continue;
      persons.push(person);
      offsets.push(items.length);
    }
  }
  return { name, persons, catalogue, offsets: Uint32Array.from(offsets), items: Uint32Array.from(items) };
}
