/** The persons of one cut: those who are cold at the target, those it is linked with, and those who are linked elsewhere. */
import type { Domain } from '../../core/data/domain.ts';
import { personIndex, restrictPersons } from '../../core/data/select.ts';
import { candidateLists } from '../../core/evaluation/two-kinds.ts';
import type { CandidateLists } from '../../core/evaluation/two-kinds.ts';
import { itemCounts } from '../../core/data/select.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Pair, Platform } from './worlds.ts';

/** Most persons who are cold at the target. */
const MOST_COLD = 300;

/** One person's rows at the source and at a target. */
export interface Linked {
  readonly source: number;
  readonly target: number;
}

export interface Cut {
  readonly pair: Pair;
  /** The target's rows without its cold persons. They need no noise, because they stay at the target. */
  readonly own: Domain;
  /** Persons without a history at the target, with one item each that they took there later. */
  readonly cold: readonly Linked[];
  readonly ids: readonly string[];
  readonly candidates: CandidateLists;
  /** The target's linked persons in a random order, as rows of `own`. A smaller number of them takes the first ones. */
  readonly linked: readonly Linked[];
  /** Linked persons of each other target, without the cold ones. */
  readonly elsewhere: readonly (readonly Linked[])[];
}

export function cutOf(pair: Pair, seed: string): Cut {
  const { source, target, others } = pair;
  const atSource = personIndex(source);
  const both = (platform: Platform): Linked[] =>
    platform.domain.persons.flatMap((id, row) => {
      const found = atSource.get(id);
      return found === undefined ? [] : [{ source: found, target: row }];
    });
  const order = new Prng(`${seed}/links`).shuffle(both(target));
  const cold = order.slice(0, Math.min(MOST_COLD, order.length / 2));
  const { domain } = target;
  const ids = cold.map(({ target: row }) => domain.persons[row]);
  const isCold = new Set(ids);
  const own = restrictPersons(
    domain,
    Array.from(domain.persons.keys()).filter((row) => !isCold.has(domain.persons[row])),
  );
  const places = personIndex(own);
  const persons = cold.map(({ target: row }, i) => {
    const history = domain.items.subarray(domain.offsets[row], domain.offsets[row + 1]);
    return { id: ids[i], hidden: history[history.length - 1], known: history.subarray(0, -1) };
  });
  return {
    pair,
    own,
    cold,
    ids,
    candidates: candidateLists({ counts: itemCounts(own), persons, seed }),
    linked: order
      .slice(cold.length)
      .map(({ source: row, target: at }) => ({ source: row, target: places.get(domain.persons[at]) ?? 0 })),
    elsewhere: others.map((platform) =>
      both(platform).filter(({ target: row }) => !isCold.has(platform.domain.persons[row])),
    ),
  };
}
