/**
 * Planted worlds of item spaces. Their numbers were set on other seeds than those of `verify.ts`.
 * @module
 */
import { Prng } from '../../../core/random/prng.ts';
import { noisy, planted } from './planted.ts';
import type { PlantedWorld, Plan } from './planted.ts';

const RINGS = 3;
const RING_ITEMS = 160;
const plan: Plan = {
  warm: 800,
  cold: 400,
  items: RINGS * RING_ITEMS,
  chosen: 3,
  sources: ['source'],
  dimension: RINGS,
};
/** Persons of the target whom the source knows. */
const LINKED = 150;

const told = (group: number, groups: number, prng: Prng): Float64Array =>
  noisy(
    Float64Array.from({ length: groups }, (_, at) => (at === group ? 1 : 0)),
    prng,
    0.1,
  );

export const chains: PlantedWorld = {
  name: 'chains',
  summary:
    'a person’s few items are neighbours on one of three long rings, and cold persons like any item of a ring; few are linked',
  make(seed) {
    const shuffled = new Prng(`${seed}/places`).shuffle(Array.from({ length: plan.items }, (_, item) => item));
    return planted(plan, seed, (prng, row) => {
      const group = prng.integer(RINGS);
      const place = prng.integer(RING_ITEMS);
      const cold = row >= plan.warm;
      return {
        releases: { source: cold || row < LINKED ? told(group, RINGS, prng) : undefined },
        utility: Float64Array.from({ length: plan.items }, (_, item) => {
          const position = shuffled[item];
          if (Math.floor(position / RING_ITEMS) !== group) return 0;
          const apart = Math.abs((position % RING_ITEMS) - place);
          const away = Math.min(apart, RING_ITEMS - apart);
          return cold ? 6 : Math.max(0, 9 - 2 * away);
        }),
      };
    });
  },
};

const GROUPS = 6;
const TITLED = 120;

export const titled: PlantedWorld = {
  name: 'titled',
  summary: 'words of titles tell which of six groups an item is of, and persons are too few to show it',
  make(seed) {
    const fixed = new Prng(`${seed}/titles`);
    const group = Array.from({ length: TITLED }, () => fixed.integer(GROUPS));
    const titles = group.map((own) => {
      const words = Array.from({ length: 3 }, () => `kind${own}word${fixed.integer(5)}`);
      return [...words, `other${fixed.integer(20)}`].join(' ');
    });
    return planted({ ...plan, warm: 80, items: TITLED, dimension: GROUPS, titles }, seed, (prng) => {
      const own = prng.integer(GROUPS);
      return {
        releases: { source: told(own, GROUPS, prng) },
        utility: Float64Array.from(group, (one) => (one === own ? 4 : 0)),
      };
    });
  },
};
