/** Cold items: nobody has met them, and they have titles. */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { itemCounts } from '../../core/data/select.ts';
import { coldItemNegatives, coldItemSplit } from '../../core/evaluation/cold-item.ts';
import type { ColdItemSplit } from '../../core/evaluation/cold-item.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { pairedGain } from '../../core/evaluation/gains.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { gains, rankMetrics } from '../../core/evaluation/metrics.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { factorSettings } from '../../core/transfer/decoder/target-factors.ts';
import { implicitAls } from '../../core/transfer/factors/implicit-als.ts';
import { TitleIndex } from './titles.ts';

export interface ColdItemRow {
  readonly domain: string;
  readonly method: string;
  readonly ndcg: number;
  readonly hr: number;
  readonly positives: number;
  readonly overTitles?: Gain;
}

/** Most persons that are scored. */
const PERSONS = 1000;
/** Number of warm items whose counts speak for a cold one. */
const NEIGHBOURS = 20;

type Score = (history: Uint32Array) => Float32Array;

export async function coldItems(data: string, name: string, seed: string): Promise<ColdItemRow[]> {
  const path = join(data, 'amazon', `${name}.tsv`);
  const { domain } = (await inspectSource(path, { name, minRating: null })).report;
  const split = coldItemSplit(domain, { seed });
  const persons = new Prng(`${seed}/persons`).shuffle([...split.persons]).slice(0, PERSONS);
  const rows = new Map(split.train.persons.map((id, row) => [id, row]));
  const { items, offsets } = split.train;
  const evaluate = (score: Score) =>
    evaluateColdStart({
      scorer: (_, { person }) => {
        const row = rows.get(person) ?? 0;
        return score(items.subarray(offsets[row], offsets[row + 1]));
      },
      cold: persons,
      items: domain.catalogue.length,
      negatives: [coldItemNegatives(split, 99, seed)],
      seed,
    })[0];
  const measured = Object.entries(methodsOf(split, seed)).map(([method, score]) => ({
    method,
    found: evaluate(score),
  }));
  const titles = measured.find(({ method }) => method === 'title similarity');
  return measured.map(({ found, method }) => {
    const metrics = new Map(rankMetrics(found, { cutoffs: [10] }).map(({ metric, mean }) => [metric, mean]));
    return {
      domain: name,
      method,
      ndcg: metrics.get('NDCG@10') ?? 0,
      hr: metrics.get('HR@10') ?? 0,
      positives: found.ranks.length,
      ...(titles &&
        titles.method !== method && {
          overTitles: pairedGain(found, titles.found, (rank) => gains.ndcg(rank, 10)),
        }),
    };
  });
}

function methodsOf({ coldItems: cold, train }: ColdItemSplit, seed: string): Record<string, Score> {
  const items = train.catalogue.length;
  const index = new TitleIndex(train.titles ?? []);
  const counts = itemCounts(train);
  const factors = implicitAls(train, items, factorSettings, seededRandom(`${seed}/als`));
  const d = factors.dimension;
  const popularity = new Float32Array(items);
  const vectors = new Float32Array(items * d);
  for (const item of cold) {
    for (const [other, likeness] of nearest(index, item, counts)) {
      popularity[item] += likeness * Math.log1p(counts[other]);
      for (let j = 0; j < d; j++) vectors[item * d + j] += likeness * factors.items[other * d + j];
    }
  }
  return {
    random: () => new Float32Array(items),
    'popularity of similar titles': () => popularity,
    'title similarity': (history) => {
      const scores = new Float32Array(items);
      for (const item of history) index.addLikeness(item, scores);
      return scores;
    },
    'factors of similar titles': (history) => {
      const person = factors.foldIn(history);
      const scores = new Float32Array(items);
      for (const item of cold) for (let j = 0; j < d; j++) scores[item] += person[j] * vectors[item * d + j];
      return scores;
    },
  };
}

/** The warm items whose titles are most similar, with weights of sum 1. */
function nearest(index: TitleIndex, item: number, counts: Uint32Array): [item: number, weight: number][] {
  const likeness = new Float32Array(counts.length);
  index.addLikeness(item, likeness);
  const found: number[] = [];
  for (let other = 0; other < likeness.length; other++) {
    const value = likeness[other];
    const last = found.length < NEIGHBOURS ? 0 : likeness[found[NEIGHBOURS - 1]];
    if (counts[other] === 0 || value <= last) continue;
    let at = Math.min(found.length, NEIGHBOURS - 1);
    for (; at > 0 && likeness[found[at - 1]] < value; at--) found[at] = found[at - 1];
    found[at] = other;
  }
  const sum = found.reduce((total, other) => total + likeness[other], 0);
  return found.map((other) => [other, likeness[other] / sum]);
}
