/**
 * Planted worlds of the readouts that predict a person's vector in the item space. Their numbers were set on
 * other seeds than those of `verify.ts`.
 * @module
 */
import { Prng } from '../../../core/random/prng.ts';
import { direction, dot, noisy, planted } from './planted.ts';
import type { PlantedWorld, Plan } from './planted.ts';

const plan: Plan = { warm: 300, cold: 400, items: 90, chosen: 8, sources: ['source'], dimension: 10 };

const gaussians = (prng: Prng, count: number, deviation = 1): Float64Array =>
  Float64Array.from({ length: count }, () => deviation * prng.gaussian());

const itemsOf = (seed: string, dimension: number): Float64Array[] => {
  const fixed = new Prng(`${seed}/items`);
  return Array.from({ length: plan.items }, () => direction(fixed, dimension));
};

const LINKED = 50;

export const turned: PlantedWorld = {
  name: 'turned',
  summary: 'fifty of four hundred persons are linked, and released vectors of ten numbers are tastes, turned',
  make(seed) {
    const items = itemsOf(seed, 10);
    const wide = { ...plan, warm: 400 };
    return planted(wide, seed, (prng, row) => {
      const taste = direction(prng, 10);
      const linked = row < LINKED || row >= wide.warm;
      return {
        releases: { source: linked ? noisy(taste, prng, 0.05) : undefined },
        utility: Float64Array.from(items, (item) => 6 * dot(item, taste)),
      };
    });
  },
};

export const silent: PlantedWorld = {
  name: 'silent sources',
  summary:
    'one source knows sums of tastes, another knows half of the tastes well, and is silent about half of the persons',
  make(seed) {
    const items = itemsOf(seed, 6);
    return planted({ ...plan, sources: ['sums', 'second'], dimension: 4 }, seed, (prng) => {
      const taste = gaussians(prng, 6);
      const pairs = [0, 2, 4];
      const release = (value: (at: number) => number): Float64Array =>
        Float64Array.from([...pairs.map((at) => value(at) + 0.2 * prng.gaussian()), 6]);
      return {
        releases: {
          sums: release((at) => taste[at] + taste[at + 1]),
          second: prng.uniform() < 0.5 ? release((at) => taste[at + 1]) : undefined,
        },
        utility: Float64Array.from(items, (item) => 3 * dot(item, taste)),
      };
    });
  },
};

/** A released vector of ten numbers: four of taste, five of noise, and a sign. */
function signed(taste: Float64Array, sign: number, prng: Prng): Float64Array {
  return Float64Array.from([...noisy(taste, prng, 0.1), ...gaussians(prng, 5, 0.2), sign + 0.1 * prng.gaussian()]);
}

export const unlinked: PlantedWorld = {
  name: 'an unlinked source',
  summary:
    'two sources tell tastes by the same numbers; all linked persons are of the first, and all arrivals of the second',
  make(seed) {
    const items = itemsOf(seed, 4);
    const shape = { ...plan, sources: ['linked', 'unlinked'], dimension: 4, releasesCold: true };
    return planted(shape, seed, (prng, row) => {
      const taste = direction(prng, 4);
      const released = noisy(taste, prng, 0.15);
      return {
        releases: row < shape.warm ? { linked: released } : { unlinked: released },
        utility: Float64Array.from(items, (item) => 4 * dot(item, taste)),
      };
    });
  },
};

export const tellers: PlantedWorld = {
  name: 'two tellers',
  summary:
    'of two sources one knows the person’s taste and the other tells a stranger’s; a sign in the vector says which',
  make(seed) {
    const items = itemsOf(seed, 4);
    return planted({ ...plan, sources: ['A', 'B'] }, seed, (prng) => {
      const taste = direction(prng, 4);
      const stranger = direction(prng, 4);
      const byA = prng.uniform() < 0.5;
      return {
        releases: {
          A: signed(byA ? taste : stranger, byA ? 1 : -1, prng),
          B: signed(byA ? stranger : taste, byA ? -1 : 1, prng),
        },
        utility: Float64Array.from(items, (item) => 4 * dot(item, taste)),
      };
    });
  },
};

export const opposite: PlantedWorld = {
  name: 'opposite maps',
  summary: 'two groups of persons, told apart by a sign in the vector, like the opposite of what the same numbers say',
  make(seed) {
    const items = itemsOf(seed, 4);
    return planted(plan, seed, (prng) => {
      const taste = direction(prng, 4);
      const group = prng.uniform() < 0.5 ? 1 : -1;
      return {
        releases: { source: signed(taste, group, prng) },
        utility: Float64Array.from(items, (item) => 4 * group * dot(item, taste)),
      };
    });
  },
};

const WIDE = 32;

export const narrow: PlantedWorld = {
  name: 'narrow signal',
  summary: 'two narrow directions among thirty-two wide ones tell the taste, and few persons are linked',
  make(seed) {
    const items = itemsOf(seed, 2);
    const fixed = new Prng(`${seed}/axes`);
    const axes = [direction(fixed, WIDE), direction(fixed, WIDE)];
    return planted({ ...plan, warm: 250, dimension: WIDE }, seed, (prng) => {
      const taste = gaussians(prng, 2);
      // The vector is random except along the two axes, where it shows the taste.
      const wide = gaussians(prng, WIDE);
      const vector = wide.map((value, i) => value - axes.reduce((sum, axis) => sum + axis[i] * dot(axis, wide), 0));
      axes.forEach((axis, a) => axis.forEach((value, i) => (vector[i] += 0.1 * taste[a] * value)));
      return { releases: { source: vector }, utility: Float64Array.from(items, (item) => 2 * dot(item, taste)) };
    });
  },
};

export const wide: PlantedWorld = {
  name: 'wide signal',
  summary: 'three wide directions of forty numbers tell the taste, the others are noise, and few persons are linked',
  make(seed) {
    const items = itemsOf(seed, 3);
    const fixed = new Prng(`${seed}/axes`);
    const axes = Array.from({ length: 3 }, () => direction(fixed, 40));
    return planted({ ...plan, warm: 80, dimension: 40 }, seed, (prng) => {
      const taste = gaussians(prng, 3);
      const vector = gaussians(prng, 40);
      axes.forEach((axis, a) => axis.forEach((value, i) => (vector[i] += 3 * taste[a] * value)));
      return { releases: { source: vector }, utility: Float64Array.from(items, (item) => 2 * dot(item, taste)) };
    });
  },
};

export const idle: PlantedWorld = {
  name: 'idle numbers',
  summary: 'five of sixty numbers tell the taste, the others are idle, and few persons are linked',
  make(seed) {
    const items = itemsOf(seed, 5);
    const places = new Prng(`${seed}/places`).shuffle(Array.from({ length: 60 }, (_, i) => i)).slice(0, 5);
    return planted({ ...plan, warm: 100, dimension: 60 }, seed, (prng) => {
      const taste = gaussians(prng, 5);
      const vector = gaussians(prng, 60);
      places.forEach((place, a) => (vector[place] = taste[a]));
      return { releases: { source: vector }, utility: Float64Array.from(items, (item) => 2 * dot(item, taste)) };
    });
  },
};

export const biased: PlantedWorld = {
  name: 'biased links',
  summary: 'linked persons are mostly of one half of the released vectors, arrivals of the other, where tastes bend',
  make(seed) {
    const items = itemsOf(seed, 2);
    const shape = { ...plan, dimension: 10, releasesCold: true };
    return planted(shape, seed, (prng, row) => {
      const arrives = row >= shape.warm || prng.uniform() < 0.25;
      const group = arrives ? 1 : -1;
      const inner = gaussians(prng, 2);
      // In one half the first taste follows the first number, in the other half its opposite.
      const taste = Float64Array.of(group * inner[0], inner[1]);
      return {
        releases: {
          source: Float64Array.from([...inner, ...gaussians(prng, 7, 0.2), 1.5 * group + 0.2 * prng.gaussian()]),
        },
        utility: Float64Array.from(items, (item) => 2 * dot(item, taste)),
      };
    });
  },
};

export const between: PlantedWorld = {
  name: 'arrivals between',
  summary: 'linked persons are mostly at both ends of a number, arrivals in the middle, where tastes bend',
  make(seed) {
    const items = itemsOf(seed, 2);
    const shape = { ...plan, dimension: 10, releasesCold: true };
    return planted(shape, seed, (prng, row) => {
      const arrives = row >= shape.warm || prng.uniform() < 0.25;
      const inner = gaussians(prng, 2);
      const end = prng.uniform() < 0.5 ? -2 : 2;
      // In the middle the first taste follows the first number, at the ends its opposite.
      const taste = Float64Array.of(arrives ? inner[0] : -inner[0], inner[1]);
      return {
        releases: {
          source: Float64Array.from([
            ...inner,
            ...gaussians(prng, 7, 0.2),
            (arrives ? 0 : end) + 0.2 * prng.gaussian(),
          ]),
        },
        utility: Float64Array.from(items, (item) => 2 * dot(item, taste)),
      };
    });
  },
};
