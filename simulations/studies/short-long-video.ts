/**
 * A platform of short videos shows a feed and knows which part of each was watched; a platform of long videos knows what persons
 * chose. Does the watched fraction tell the second one more than the view alone?
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { historyOf } from '../../core/data/select.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { dot } from '../worlds/planted/planted.ts';
import type { Figures, Study } from './study.ts';
import { tasteWorld, USUAL_TASTES } from './taste-world.ts';
import type { TasteWorld } from './taste-world.ts';
import { coldNdcg, transferOf } from './transfer.ts';

const LENGTHS = [80, 15] as const;
const METHOD = 'watched fraction, 80 views';
const ALIKE = 'every view alike, 80 views';

export const shortLongVideo: Study = {
  name: 'short-long-video',
  question: 'Does the watched fraction of short videos help to recommend long ones?',
  reference: 'Yi, Hong, Zhong, Liu and Rajan, RecSys 2014 (dwell time as the weight of an interaction)',
  metrics: { 'NDCG@10': 'higher' },
  method: METHOD,
  planted: {
    summary: 'a feed shows short videos whatever the person likes, and the watched fraction follows taste with noise',
    ablation: { method: ALIKE, off: 'every view weighs the same' },
    margins: { [ALIKE]: 0.15 },
    measure,
  },
  real: [],
  caveats: [
    'Leaving out views below half does as well as weighing them: .347 against .349 with 80 views, and .219 against .213 with 15.',
    'The data here have no watched fractions, so there is no figure on real data.',
    'The views `text` and `vectors` weigh items so (`weights=ratings`), for a file whose ratings are watched fractions and which was read with --min-rating none.',
    'A feed that follows taste already says more by its views, and leaves less to the watched fraction.',
  ],
};

async function measure(seed: string): Promise<Figures> {
  const figures: Record<string, Record<string, number>> = {};
  for (const views of LENGTHS) {
    const world = feed(seed, views);
    const vectors = {
      dimension: USUAL_TASTES.dimension,
      of: new Map(world.source.catalogue.map((id, item) => [id, Float32Array.from(world.traits[item])])),
    };
    const source: Domain = { ...world.source, vectors };
    const { factorise } = factorMemory(seed);
    const of = async (from: Domain, settings: object): Promise<Record<string, number>> => {
      const options = { sources: [from], split: world.split, seed, encoder: 'vectors', epsilon: null, factorise };
      const { score } = await transferOf({ ...options, settings: { ...settings } });
      return { 'NDCG@10': coldNdcg(world.split, score, seed, 49) };
    };
    figures[`watched fraction, ${views} views`] = await of(source, { 'vectors.weights': 'ratings' });
    figures[`every view alike, ${views} views`] = await of(source, {});
    figures[`views above half, ${views} views`] = await of(watchedHalf(source), {});
  }
  return figures;
}

function feed(seed: string, views: number): TasteWorld {
  return tasteWorld(`short-long-video/${seed}`, {
    ...USUAL_TASTES,
    history(taste, traits, prng) {
      const items = prng.sample(traits.length, views);
      const watched = (item: number): number =>
        1 / (1 + Math.exp(1 - 4 * dot(traits[item], taste) - 1.5 * prng.gaussian()));
      return { items, ratings: Float32Array.from(items, watched) };
    },
  });
}

/** The domain with only the views of which at least half was watched. */
function watchedHalf(domain: Domain): Domain {
  const { ratings: _, ...rest } = domain;
  const offsets = new Uint32Array(domain.offsets.length);
  const kept = domain.persons.map((_person, row) => {
    const { items, ratings } = historyOf(domain, row);
    return items.filter((_item, i) => (ratings?.[i] ?? 1) >= 0.5);
  });
  kept.forEach(({ length }, row) => (offsets[row + 1] = offsets[row] + length));
  return { ...rest, offsets, items: Uint32Array.from(kept.flatMap((own) => Array.from(own))) };
}
