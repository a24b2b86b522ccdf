/**
 * Measures cold items (titles, no interaction anywhere) on Amazon domains with titles; and on the stamped interactions of XMarket
 * decayed counts, and a federation that is refreshed each period beside one that was trained once.
 */
import { gainOverSeeds } from '../core/evaluation/gains.ts';
import { coldItems } from './colds/items.ts';
import type { ColdItemRow } from './colds/items.ts';
import { drift, stampedMarkets } from './colds/drift.ts';
import { refreshed } from './colds/refreshed.ts';
import { openWorld } from './federation/markets.ts';
import { count, flag, readOptions, realData, someOf, words } from './options.ts';

const options = readOptions(
  {
    measures: 'Measures cold items by their titles, decayed counts, and a federation that is refreshed each period.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:colds -- --only items,drift,refreshed --seeds 3 --json'],
  },
  {
    data: realData('amazon/ and xmarket-electronics/'),
    only: someOf(['items', 'drift', 'refreshed'], 'parts'),
    domains: words('of amazon/, for cold items', 'food,kitchen,beauty'),
    seeds: count('how many', 3),
    json: flag('prints the same'),
  },
);
const { data, only: wanted } = options;
const seeds = Array.from({ length: options.seeds }, (_, seed) => String(seed + 1));
const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;

const items: ColdItemRow[][] = [];
if (wanted.includes('items')) {
  for (const name of options.domains) {
    const bySeed: ColdItemRow[][] = [];
    for (const seed of seeds) {
      bySeed.push(await coldItems(data, name, seed));
      console.error(`${name}, seed ${seed}`);
    }
    items.push(...bySeed[0].map((_, m) => bySeed.map((rows) => rows[m])));
  }
}
const stamped = wanted.includes('items') && wanted.length === 1 ? new Map() : await stampedMarkets(data);
const moved = wanted.includes('drift') ? drift(stamped, seeds[0]) : [];
const again = wanted.includes('refreshed') ? refreshed(await openWorld(data), stamped, seeds) : [];

if (options.json) console.log(JSON.stringify({ items, drift: moved, refreshed: again }));
else {
  for (const rows of items) {
    const [{ domain, method, positives }] = rows;
    const over = rows.flatMap(({ overTitles }) => (overTitles === undefined ? [] : [overTitles]));
    // One seed has an interval over its persons.
    const found = over.length > 1 ? gainOverSeeds(over.map(({ mean }) => mean)) : over.at(0);
    const gain = found && `; over title similarity ${signed(found.mean)} [${signed(found.low)}, ${signed(found.high)}]`;
    const mean1 = (of: (row: ColdItemRow) => number): string =>
      (rows.reduce((sum, row) => sum + of(row), 0) / rows.length).toFixed(3);
    console.log(
      `${domain}, ${method}: NDCG@10 ${mean1((row) => row.ndcg)}, HR@10 ${mean1((row) => row.hr)} (${positives} positives, ${rows.length} seeds)${gain ?? ''}`,
    );
  }
  for (const { gains, market, ndcg, positives } of again) {
    const text = Object.entries(gains).map(
      ([kind, { high, low, mean }]) => `${kind} ${signed(mean)} [${signed(low)}, ${signed(high)}]`,
    );
    console.log(
      `${market} (${positives} positives, ${seeds.length} seeds): trained once ${ndcg.once.toFixed(3)}, refreshed ${ndcg.refreshed.toFixed(3)}; ${text.join(', ')}`,
    );
  }
  for (const { chosen, gains, market, ndcg, positives } of moved) {
    const all = Object.entries(ndcg).map(([days, { both }]) => `${days} ${both.toFixed(3)}`);
    const text = Object.entries(gains).map(
      ([kind, { high, low, mean }]) => `${kind} ${signed(mean)} [${signed(low)}, ${signed(high)}]`,
    );
    console.log(
      `${market} (${positives} positives): ${all.join(', ')}; chosen ${chosen === null ? 'all alike' : `${chosen} days`}, gain ${text.join(', ')}`,
    );
  }
}
