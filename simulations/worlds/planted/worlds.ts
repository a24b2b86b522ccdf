/**
 * The planted worlds. Their numbers were set before any method ran on them, and hold for every seed.
 * @module
 */
import { Prng } from '../../../core/random/prng.ts';
import { direction, dot, noisy, planted } from './planted.ts';
import type { PlantedWorld, Plan } from './planted.ts';

const plan: Plan = { warm: 300, cold: 150, items: 90, chosen: 8, sources: ['source'], dimension: 4 };

export const linear: PlantedWorld = {
  name: 'linear',
  summary: 'an item is liked as much as its vector points along a linear image of the released one',
  make(seed) {
    const fixed = new Prng(`${seed}/items`);
    const items = Array.from({ length: plan.items }, () => direction(fixed, 4));
    return planted(plan, seed, (prng) => {
      const taste = direction(prng, 4);
      return {
        releases: { source: noisy(taste, prng, 0.1) },
        utility: Float64Array.from(items, (item) => 4 * dot(item, taste)),
      };
    });
  },
};

const SECTORS = 10;

export const sectors: PlantedWorld = {
  name: 'sectors',
  summary:
    'ten sectors of a circle like ten groups of items in a random order: no linear or quadratic map tells them apart',
  make(seed) {
    const order = new Prng(`${seed}/order`).shuffle(Array.from({ length: SECTORS }, (_, sector) => sector));
    return planted({ ...plan, dimension: 2 }, seed, (prng) => {
      const turn = prng.uniform();
      const group = order[Math.floor(turn * SECTORS)];
      const angle = 2 * Math.PI * turn;
      return {
        releases: { source: Float64Array.of(Math.cos(angle), Math.sin(angle)) },
        utility: Float64Array.from({ length: plan.items }, (_, item) => (item % SECTORS === group ? 3 : 0)),
      };
    });
  },
};

const NICHES = 30;

export const niches: PlantedWorld = {
  name: 'niches',
  summary:
    'thirty niches of ten linked persons, each with items of its own and a place of its own among released vectors',
  make(seed) {
    const fixed = new Prng(`${seed}/niches`);
    const places = Array.from({ length: NICHES }, () => direction(fixed, 6));
    const wide = { ...plan, dimension: 6, items: 6 * NICHES, chosen: 5 };
    return planted(wide, seed, (prng) => {
      const niche = prng.integer(NICHES);
      return {
        releases: { source: noisy(places[niche], prng, 0.1) },
        utility: Float64Array.from({ length: wide.items }, (_, item) => (item % NICHES === niche ? 4 : 0)),
      };
    });
  },
};

export const both: PlantedWorld = {
  name: 'niches and a line',
  summary: 'half of the items are liked along a line, and half by niches: no single readout is best for both',
  make(seed) {
    const fixed = new Prng(`${seed}/both`);
    const places = Array.from({ length: NICHES }, () => direction(fixed, 6));
    const wide = { ...plan, dimension: 6, items: 6 * NICHES, chosen: 8 };
    const half = wide.items / 2;
    const vectors = Array.from({ length: half }, () => direction(fixed, 6));
    return planted(wide, seed, (prng) => {
      const niche = prng.integer(NICHES);
      const taste = noisy(places[niche], prng, 0.15);
      return {
        releases: { source: taste },
        utility: Float64Array.from({ length: wide.items }, (_, item) =>
          item < half ? 4 * dot(vectors[item], taste) : item % NICHES === niche ? 4 : 0,
        ),
      };
    });
  },
};

export const blurred: PlantedWorld = {
  name: 'blurred',
  summary: 'an item is liked along a taste that the released vector shows half of; the first items show more of it',
  make(seed) {
    const fixed = new Prng(`${seed}/items`);
    const items = Array.from({ length: plan.items }, () => direction(fixed, 4));
    return planted(plan, seed, (prng) => {
      const taste = direction(prng, 4);
      return {
        releases: { source: noisy(taste, prng, 0.5) },
        utility: Float64Array.from(items, (item) => 4 * dot(item, taste)),
      };
    });
  },
};
