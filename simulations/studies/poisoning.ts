/**
 * Malicious persons of a platform push one item in the counts that the platform releases. How far does it rise, with and without the
 * clip on a person's contribution?
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, itemCounts } from '../../core/data/select.ts';
import type { Contribution, WrittenContribution } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { Prng } from '../../core/random/prng.ts';
import { domainAt } from './pair.ts';
import type { Figures, Study } from './study.ts';
import { dot, likedItems } from '../worlds/planted/planted.ts';
import { tasteWorld, USUAL_TASTES } from './taste-world.ts';
import type { TasteOptions } from './taste-world.ts';

const LABEL = 'counts';
/** Items with a small number are popular. */
const PERSONS: TasteOptions = {
  ...USUAL_TASTES,
  linked: 2000,
  cold: 0,
  history: (taste, traits, prng) => ({
    items: likedItems(
      Float64Array.from(traits, (trait, item) => 3 * dot(trait, taste) - Math.log(item + 5)),
      12,
      prng,
    ),
  }),
};
/** Share of the persons that are malicious. */
const MALICIOUS = 0.002;

export const poisoning: Study = {
  name: 'poisoning',
  question: 'How far does an item rise that one malicious person in 500 pushes?',
  reference:
    'Bhagoji, Chakraborty, Mittal and Calo, ICML 2019 (boosted updates); Sun, Kairouz, Suresh and McMahan 2019 (clip as a defence)',
  metrics: { 'share of items above it': 'higher', 'count per malicious person': 'lower' },
  method: 'clip',
  planted: {
    summary:
      'each malicious person contributes an item of the less popular half with as much weight as all persons together',
    ablation: { method: 'no clip', off: 'contributions enter the sum as they are; the noise is the same' },
    margins: { 'no clip': 0.25 },
    measure: (seed) => figuresOf(tasteWorld(`poisoning/${seed}`, PERSONS).source, seed),
  },
  real: [
    {
      name: 'Amazon food',
      files: ['amazon/food.tsv'],
      over: ['no clip'],
      measure: async (folder, seed) => figuresOf(await domainAt(folder, 'amazon/food.tsv'), seed),
    },
  ],
  caveats: [
    'The clip bounds a malicious person’s weight to that of an honest person with one item; it does not find malicious persons. Many of them still move the counts: on the real data 14 of 7,144 persons raise an item of the less popular half into the first fiftieth.',
    'A malicious platform is another matter: it can send any masked sum within the range of the ring, and nothing here bounds that.',
    'Figures are of the item counts at epsilon 4; directions of a subspace are clipped by the same mechanism, and were not attacked here.',
  ],
};

async function figuresOf(domain: Domain, seed: string): Promise<Figures> {
  const prng = new Prng(`poisoning/${seed}`);
  const items = domain.catalogue.length;
  const persons = domain.persons.length;
  const honest = domain.persons.map((_, row): WrittenContribution => {
    const own = historyOf(domain, row).items;
    return { indices: own, values: new Float32Array(own.length).fill(1 / Math.sqrt(own.length)) };
  });
  const counts = itemCounts(domain);
  const byCount = [...counts.keys()].sort((a, b) => counts[a] - counts[b]);
  const pushed = byCount[prng.integer(Math.round(items / 2))];
  const malicious: WrittenContribution = { indices: Uint32Array.of(pushed), values: Float32Array.of(persons) };
  const isMalicious = new Set(prng.sample(persons, Math.round(MALICIOUS * persons)));
  const attacked = honest.map((one, row) => (isMalicious.has(row) ? malicious : one));

  const clipped = (contributions: readonly Contribution[]): Promise<Float64Array> =>
    releasedCounts(contributions, items, persons, seed);
  const plain = (contributions: readonly WrittenContribution[], noise: Float64Array): Float64Array => {
    const sum = noise.slice();
    for (const { indices, values } of contributions) indices?.forEach((item, i) => (sum[item] += values[i]));
    return sum;
  };
  const noise = await clipped([]);
  const before = await clipped(honest);
  const row = (counts: Float64Array): Record<string, number> => ({
    'share of items above it': placeOf(counts, pushed),
    'count per malicious person': (counts[pushed] - before[pushed]) / isMalicious.size,
  });
  return {
    'no attack': row(before),
    clip: row(await clipped(attacked)),
    'no clip': row(plain(attacked, noise)),
  };
}

/** Counts as a platform releases them: each person's contribution clipped to 1, at a total epsilon of 4. */
function releasedCounts(
  contributions: readonly Contribution[],
  items: number,
  persons: number,
  seed: string,
): Promise<Float64Array> {
  const query = {
    label: LABEL,
    dimension: items,
    clip: 1,
    repetitions: 1,
    relativeNoise: 1,
    scope: 'platform' as const,
  };
  const plan = planPrivacy({
    epsilon: 4,
    delta: 1e-6,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: 1,
    platforms: [{ name: 'platform', personsAbout: Math.ceil(persons / 1000) * 1000, queries: [query] }],
  });
  const sums = createChargedSums({
    plan,
    platform: 'platform',
    mechanism: discreteGaussian,
    random: seededStreams(`poisoning/${seed}`),
    charge: () => undefined,
  });
  return sums.release(LABEL, contributions);
}

/** Share of the items that have a higher count: 0 for the first. */
function placeOf(counts: Float64Array, item: number): number {
  return counts.reduce((above, count) => above + (count > counts[item] ? 1 : 0), 0) / counts.length;
}
