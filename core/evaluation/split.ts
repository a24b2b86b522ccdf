/**
 * Chooses the cold persons: a share of the persons known on both sides, whose interactions on the target are hidden.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Domain } from '../data/domain.ts';
import { DataError } from '../data/errors.ts';
import { historyLength, historyOf, personIndex, withoutPersons, withoutUnmetItems } from '../data/select.ts';
import { Prng } from '../random/prng.ts';

export interface ColdSplitOptions {
  /** Share of the eligible persons that become cold. Default 0.2. */
  readonly coldShare?: number;
  /** A person is eligible with at least this many interactions on the target and on one source. Default 3. */
  readonly minInteractions?: number;
  readonly seed: string | number;
  /**
   * Share of the warm persons whose link may be used. At the same seed, smaller shares are subsets of larger ones.
   * Default 1.
   */
  readonly overlapKept?: number;
}

export interface ColdSplit {
  /**
   * The target's domain without the cold persons. Its catalogue holds the items that the remaining persons have
   * interacted with.
   */
  readonly target: Domain;
  /**
   * Cold persons, with those of their positives that remain in the target's catalogue. A person without any such
   * positive is hidden as well, but not listed here.
   */
  readonly cold: readonly ColdPerson[];
  /**
   * Number of hidden interactions with items that no remaining person has interacted with. No method could rank these
   * items; counting them would measure cold items instead of cold persons.
   */
  readonly unmetPositives: number;
  /** All other persons known on the target and on a source. */
  readonly warm: readonly string[];
  /**
   * The warm persons whose link may be used: all of them unless `overlapKept` is below 1. The others' interactions stay
   * on both sides.
   */
  readonly linked: readonly string[];
}

/**
 * Hides all interactions of the cold persons on the target. The same seed, ids and shares give the same split, for every
 * order of the rows.
 *
 * @throws DataError DATA_OPTION for a share outside its range; DATA_NO_OVERLAP if fewer than two persons are eligible.
 */
export function coldSplit(target: Domain, sources: readonly Domain[], options: ColdSplitOptions): ColdSplit {
  const { coldShare = 0.2, minInteractions = 3, seed, overlapKept = 1 } = options;
  if (!(coldShare > 0 && coldShare < 1)) {
    throw new DataError('DATA_OPTION', `the cold share must lie between 0 and 1, both excluded; got ${coldShare}`);
  }
  if (!(overlapKept >= 0 && overlapKept <= 1)) {
    throw new DataError('DATA_OPTION', `the share of the overlap kept must lie from 0 to 1; got ${overlapKept}`);
  }
  const { total, longest } = sourceActivity(sources);
  const targetIndex = personIndex(target);
  const overlap = target.persons.filter((id) => total.has(id)).sort();
  const eligible = overlap.filter(
    (id) =>
      historyLength(target, targetIndex.get(id) ?? 0) >= minInteractions && (longest.get(id) ?? 0) >= minInteractions,
  );
  if (eligible.length < 2) {
    throw new DataError(
      'DATA_NO_OVERLAP',
      `${eligible.length} of ${overlap.length} persons known on "${target.name}" and on ${names(sources)} have ` +
        `${minInteractions} interactions on each side, and a cold split needs two: ` +
        'check that person ids mean the same person on every platform, and that enough of them have such a history on both sides',
    );
  }
  const count = Math.min(eligible.length - 1, Math.max(1, Math.round(coldShare * eligible.length)));
  const coldIds = new Prng(`${seed}/cold`).shuffle(eligible.slice()).slice(0, count).sort();
  const isCold = new Set(coldIds);
  const warm = overlap.filter((id) => !isCold.has(id));
  const linked = new Prng(`${seed}/overlap`)
    .shuffle(warm.slice())
    .slice(0, Math.round(overlapKept * warm.length))
    .sort();
  const left = withoutUnmetItems(withoutPersons(target, isCold));
  const cold: ColdPerson[] = [];
  let unmetPositives = 0;
  for (const person of coldIds) {
    const { items, ratings } = historyOf(target, targetIndex.get(person) ?? 0);
    const met = Array.from(items.keys()).filter((i) => left.places[items[i]] >= 0);
    unmetPositives += items.length - met.length;
    if (met.length === 0) continue;
    cold.push({
      person,
      positives: Uint32Array.from(met, (i) => left.places[items[i]]),
      ...(ratings && { ratings: Float32Array.from(met, (i) => ratings[i]) }),
      sourceInteractions: total.get(person) ?? 0,
    });
  }
  return { target: left.domain, cold, unmetPositives, warm, linked };
}

function sourceActivity(sources: readonly Domain[]): { total: Map<string, number>; longest: Map<string, number> } {
  const total = new Map<string, number>();
  const longest = new Map<string, number>();
  for (const source of sources) {
    for (let p = 0; p < source.persons.length; p++) {
      const id = source.persons[p];
      const length = historyLength(source, p);
      total.set(id, (total.get(id) ?? 0) + length);
      longest.set(id, Math.max(longest.get(id) ?? 0, length));
    }
  }
  return { total, longest };
}

function names(domains: readonly Domain[]): string {
  return domains.map(({ name }) => `"${name}"`).join(', ') || 'no source at all';
}
