/**
 * The target while choices are made: without the interactions of held-out persons, so that nothing has been fitted to them.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex, restrictPersons } from '../../data/select.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import { HeldOutRanking } from './held-out.ts';
import type { RankingQuality } from './held-out.ts';
import { popularityOnScaleOf } from './popularity-list.ts';
import type { ItemSpace } from './readout.ts';
import type { Targets } from './targets.ts';
import { foldedIn, meanFactor, targetsOf } from './targets.ts';

/** The target without held-out persons, and the candidates by which these are ranked. */
export interface HeldOutTarget {
  readonly domain: Domain;
  readonly ranking: HeldOutRanking;
}

/** @param seed of the negatives */
export function hide(domain: Domain, heldOut: readonly string[], seed: string): HeldOutTarget {
  const index = personIndex(domain);
  const rows = Uint32Array.from(heldOut, (person) => index.get(person) ?? 0);
  const hidden = new Set(rows);
  const training = restrictPersons(
    domain,
    domain.persons.map((_, row) => row).filter((row) => !hidden.has(row)),
  );
  const ranked = Array.from(rows, (row) => ({
    person: domain.persons[row],
    positives: historyOf(domain, row).items,
  }));
  return { domain: training, ranking: new HeldOutRanking(training, ranked, seed) };
}

/** The scores that are the same for everybody, and the persons' vectors in one space. */
export interface HeldOutSpace {
  readonly space: ItemSpace;
  readonly train: Targets;
  readonly heldOut: Targets;
  readonly prior: { readonly scores: Float32Array; readonly quality: RankingQuality };
  readonly popularity: { readonly scores: Float32Array; readonly quality: RankingQuality; readonly scale: number };
}

/**
 * Vectors of the persons to fit on and of the held-out persons in one space, with the scores and qualities of prior and popularity.
 * @param persons the linked persons to fit on.
 */
export function inSpace(
  { domain, ranking }: HeldOutTarget,
  space: ItemSpace,
  persons: readonly string[],
): HeldOutSpace {
  const d = space.dimension;
  const train = targetsOf(domain, space, persons);
  const mean = meanFactor(train, d);
  const prior = ranking.factorScores(space.items, d, repeat(mean, ranking.persons.length));
  const { list, scale } = popularityOnScaleOf(domain, multiplyVector(space.items, d, mean));
  const popularity = ranking.listScores(list);
  return {
    space,
    train,
    heldOut: foldedIn(space, ranking.persons),
    prior: { scores: prior, quality: ranking.quality(prior) },
    popularity: { scores: popularity, quality: ranking.quality(popularity), scale },
  };
}

function repeat(vector: Float64Array, times: number): Float64Array {
  const out = new Float64Array(vector.length * times);
  for (let i = 0; i < times; i++) out.set(vector, i * vector.length);
  return out;
}
