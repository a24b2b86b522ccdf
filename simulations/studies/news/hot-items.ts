/**
 * How fast does a list of popular items follow what becomes popular? The list is made again at every step, and its items are
 * compared with the interactions of the step that follows.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../../client/data/inspect.ts';
import type { Domain } from '../../../core/data/domain.ts';
import { decayedCounts } from '../../../core/evaluation/recency.ts';
import { Prng } from '../../../core/random/prng.ts';
import type { Figures, RealStudy, Study } from '../study.ts';

const DAY = 86_400;
/** Half-lives that are tried, in steps. */
const HALF_LIVES = [1, 2, 4, 8, 16, 32, 64];
/** Items of a list. */
const LENGTH = 20;
/** Shares of the interactions before the half-life is chosen, before the scored period begins, and before it ends. */
const MOMENTS = [0.7, 0.8, 0.9] as const;

export const hotItems: Study = {
  name: 'hot-items',
  question: 'Does a list of popular items that forgets old interactions follow what becomes popular?',
  reference: 'Koren, KDD 2009 (time-changing popularity); exponentially decayed counts',
  metrics: { 'hit rate@20': 'higher', 'half-life in days': 'lower' },
  method: 'decayed counts',
  planted: {
    summary:
      'each item is hot for some days and hardly read afterwards, as news are; a tenth of the reading is of items that stay popular',
    ablation: { method: 'times permuted', off: 'each past interaction is given the time of another' },
    margins: { 'all alike': 0.3, 'times permuted': 0.3, 'last step': 0.005 },
    measure: (seed) => measured(plantedWorld(seed), DAY, seed),
  },
  real: [
    realOf('Amazon food', 'amazon/food.tsv'),
    realOf('Amazon kitchen', 'amazon/kitchen.tsv'),
    realOf('XMarket United Kingdom', 'xmarket-electronics/uk.tsv'),
  ],
  caveats: [
    'The real data are reviews, in which a step is a week: no news with times to the minute is among them.',
    'Many items of Amazon food and kitchen get most of their reviews within weeks of the first one, so that a short memory gains much there.',
    'On real data a seed only permutes times: the other rows are the same at every seed, and their intervals say nothing of other data.',
    'The list is the same for everybody; the half-life is chosen on the period before the scored one.',
  ],
};

function realOf(name: string, file: string): RealStudy {
  return {
    name,
    files: [file],
    over: ['all alike', 'times permuted', 'last step'],
    async measure(folder, seed) {
      const { report } = await inspectSource(join(folder, file), { name, minRating: null, items: null });
      return measured(report.domain, 7 * DAY, seed);
    },
  };
}

/** @param step seconds */
function measured(domain: Domain, step: number, seed: string): Figures {
  const times = Float64Array.from(domain.timestamps ?? []).sort();
  const [choose, score, end] = MOMENTS.map((share) => times[Math.floor(share * times.length)]);
  const rateOf = (from: number, to: number, counts: (at: number) => Float64Array): number =>
    hitRate(domain, from, to, step, counts);
  const decayed =
    (halfLife: number) =>
    (at: number): Float64Array =>
      decayedCounts(domain, at, halfLife);
  const rates = HALF_LIVES.map((steps) => rateOf(choose, score, decayed(steps * step)));
  const halfLife = HALF_LIVES[rates.indexOf(Math.max(...rates))] * step;
  const prng = new Prng(`${seed}/times`);
  const row = (counts: (at: number) => Float64Array, days: number): Figures[string] => ({
    'hit rate@20': rateOf(score, end, counts),
    'half-life in days': days,
  });
  return {
    'decayed counts': row(decayed(halfLife), halfLife / DAY),
    'all alike': { 'hit rate@20': rateOf(score, end, decayed(Infinity)) },
    'times permuted': row((at) => decayedCounts(withTimesPermuted(domain, at, prng), at, halfLife), halfLife / DAY),
    'last step': { 'hit rate@20': rateOf(score, end, (at) => countsOfLast(domain, at, step)) },
  };
}

/** Share of the interactions from one moment to another whose item is in the list of its step. */
function hitRate(
  { items, timestamps = new Float64Array(0) }: Domain,
  from: number,
  to: number,
  step: number,
  counts: (at: number) => Float64Array,
): number {
  const byStep = new Map<number, number[]>();
  timestamps.forEach((time, i) => {
    if (time < from || time >= to) return;
    const at = Math.floor((time - from) / step);
    const own = byStep.get(at);
    if (own === undefined) byStep.set(at, [items[i]]);
    else own.push(items[i]);
  });
  let hits = 0;
  let all = 0;
  for (const [at, met] of byStep) {
    const list = longest(counts(from + at * step));
    hits += met.filter((item) => list.has(item)).length;
    all += met.length;
  }
  return hits / all;
}

/** The items of the highest counts. */
function longest(counts: Float64Array): ReadonlySet<number> {
  const order = Array.from(counts.keys()).filter((item) => counts[item] > 0);
  return new Set(order.sort((a, b) => counts[b] - counts[a] || a - b).slice(0, LENGTH));
}

function withTimesPermuted(domain: Domain, at: number, prng: Prng): Domain {
  const timestamps = Float64Array.from(domain.timestamps ?? []);
  const past = Array.from(timestamps.keys()).filter((i) => timestamps[i] < at);
  const dealt = prng.shuffle(past.map((i) => timestamps[i]));
  past.forEach((i, place) => (timestamps[i] = dealt[place]));
  return { ...domain, timestamps };
}

/** Counts of the last step alone. */
function countsOfLast(domain: Domain, at: number, step: number): Float64Array {
  const before = decayedCounts(domain, at - step, Infinity);
  return decayedCounts(domain, at, Infinity).map((count, item) => count - before[item]);
}

const ITEMS = 600;
const DAYS = 120;
const PER_DAY = 100;
/** Days after which an item is read e times less. */
const HOT = 4;

function plantedWorld(seed: string): Domain {
  const prng = new Prng(`hot-items/${seed}`);
  const born = Float64Array.from({ length: ITEMS }, () => prng.uniform() * DAYS);
  const size = Float64Array.from({ length: ITEMS }, () => Math.exp(prng.gaussian()));
  const stays = Float64Array.from({ length: ITEMS }, () => (prng.uniform() < 0.05 ? 1 : 0));
  const items: number[] = [];
  const timestamps: number[] = [];
  for (let day = 0; day < DAYS; day++) {
    const heat = size.map((value, item) => (born[item] > day ? 0 : value * Math.exp((born[item] - day) / HOT)));
    const hot = heat.reduce((sum, value) => sum + value, 0) || 1;
    const lasting = stays.reduce((sum, value) => sum + value, 0) || 1;
    const shares = heat.map((value, item) => (0.9 * value) / hot + (0.1 * stays[item]) / lasting);
    const total = shares.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < PER_DAY; i++) {
      let left = prng.uniform() * total;
      const drawn = shares.findIndex((share) => (left -= share) < 0);
      items.push(Math.max(0, drawn));
      timestamps.push((day + prng.uniform()) * DAY);
    }
  }
  return {
    name: 'news',
    persons: items.map((_, i) => `p${i}`),
    catalogue: Array.from({ length: ITEMS }, (_, item) => `item ${item}`),
    offsets: Uint32Array.from({ length: items.length + 1 }, (_, i) => i),
    items: Uint32Array.from(items),
    timestamps: Float64Array.from(timestamps),
  };
}
