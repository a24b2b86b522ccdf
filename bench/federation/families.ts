/**
 * Families of blends: all that held-out persons choose from. Lists: P, K, A are popularity, item-kNN and ALS of own rows
 * without noise; F, S are the federation's popularity and subspace under noise, T a federated popularity with the whole
 * budget; p, k, a are those of everybody else's raw rows, which no platform may have.
 */
import type { Blend } from './choice.ts';
import { combinations, unitLength, weighted } from './choice.ts';
import { SCORINGS } from './setting.ts';

/** Blends of the platform's own rows, without a federation. */
export const OWN: readonly Blend[] = bestOf('P', ['K0', 'K1'], ['A0', 'A1']);

/** Blends of everybody else's raw rows. */
export const POOLED: readonly Blend[] = bestOf('p', ['k0', 'k1'], ['a']);

/** Blends of the federation's lists, without own rows. */
export const FEDERATED: readonly Blend[] = combinations(
  SCORINGS.map((_, i) => ({ [`S${i}`]: 1 })),
  weighted('F', [0, 0.2, 0.5, 1, 2]),
);

/** Blends of own and federated lists. The first is own alone, so the federation's weight may be 0. */
export function blendsOf(own: Blend): readonly Blend[] {
  const subspace = SCORINGS.flatMap((_, i) => weighted(`S${i}`, [0.15, 0.3, 0.6, 1, 2, 3]));
  return combinations([unitLength(own)], [{}, ...subspace], weighted('F', [0, 0.3, 0.6]));
}

/** Blends of own lists and federated popularity. */
export function popularityBlendsOf(own: Blend): readonly Blend[] {
  return combinations([unitLength(own)], weighted('T', [0, 0.1, 0.2, 0.5, 1]));
}

/** Blends of own lists and everybody else's raw rows. */
export function boundsOf(own: Blend): readonly Blend[] {
  const neighbours = ['k0', 'k1'].flatMap((name) => weighted(name, [0.5, 1, 2, 4]));
  return combinations([unitLength(own)], [{}, ...neighbours], weighted('a', [0, 0.5, 1, 2]), weighted('p', [0, 0.5]));
}

/** Blends of neighbours with popularity and factors beside them, popularity alone, and factors with popularity beside them. */
function bestOf(popularity: string, neighbours: readonly string[], factors: readonly string[]): readonly Blend[] {
  const beside = [{}, ...factors.flatMap((name) => weighted(name, [0.3, 0.6, 1]))];
  return [
    ...combinations(
      neighbours.map((name) => ({ [name]: 1 })),
      weighted(popularity, [0, 0.2, 0.5, 1]),
      beside,
    ),
    { [popularity]: 1 },
    ...combinations(
      factors.map((name) => ({ [name]: 1 })),
      weighted(popularity, [0, 0.5, 1]),
    ),
  ];
}
