/**
 * The cold platform: a platform that has few persons of its own, or none. A cut leaves it some of a market's persons, and
 * scores others as if they came later. Each scored person brings a history without its last item, which is to be predicted.
 * @module
 */
import type { Domain } from '../data/domain.ts';
import { itemFacts } from '../data/select.ts';
import { Prng } from '../random/prng.ts';
import { EvaluationError } from './errors.ts';

export interface LastHidden {
  /** All persons' interactions without the hidden ones. Persons and catalogue stay. */
  readonly train: Domain;
  /** Row p: the hidden catalogue index of person p, or -1 if the history is too short to hide anything. */
  readonly hidden: Int32Array /* [persons] */;
}

/**
 * Hides the last interaction of every person who has at least `least`. A history is in the order of time if all its times
 * are known, otherwise in the order of rows.
 */
export function hideLastItem(domain: Domain, least = 3): LastHidden {
  const persons = domain.persons.length;
  const hidden = new Int32Array(persons).fill(-1);
  const offsets = new Uint32Array(persons + 1);
  const items = new Uint32Array(domain.items.length);
  for (let p = 0; p < persons; p++) {
    const from = domain.offsets[p];
    let to = domain.offsets[p + 1];
    if (to - from >= least) hidden[p] = domain.items[--to];
    items.set(domain.items.subarray(from, to), offsets[p]);
    offsets[p + 1] = offsets[p] + to - from;
  }
  const { name, catalogue } = domain;
  return {
    train: {
      name,
      persons: domain.persons,
      catalogue,
      ...itemFacts(domain),
      offsets,
      items: items.slice(0, offsets[persons]),
    },
    hidden,
  };
}

export interface PlatformCut {
  /** Rows of the persons whose interactions the platform has. A smaller `own` at the same seed is a subset. */
  readonly own: Uint32Array;
  /** Rows of the persons who are scored: the same for every `own` at the same seed, and never among them. */
  readonly scored: Uint32Array;
}

export interface PlatformCutOptions {
  /** Number of own persons. */
  readonly own: number;
  /** Largest `own` that is compared at this seed: it bounds the number of persons who are left to be scored. */
  readonly mostOwn: number;
  /** Most persons that are scored. */
  readonly scored: number;
  readonly seed: string;
}

/** @throws EvaluationError EVALUATION_TOO_FEW_PERSONS if nobody is left to be scored. */
export function coldPlatformCut({ hidden }: LastHidden, options: PlatformCutOptions): PlatformCut {
  const { own, mostOwn, scored, seed } = options;
  const eligible = Uint32Array.from(hidden.keys()).filter((person) => hidden[person] >= 0);
  if (own > mostOwn || eligible.length <= mostOwn) {
    throw new EvaluationError(
      'EVALUATION_TOO_FEW_PERSONS',
      `${own} own persons, at most ${mostOwn} in any cut, of ${eligible.length} with a hidden item: nobody is left to be scored. Take fewer own persons`,
    );
  }
  const order = new Prng(`${seed}/cold-platform`).shuffle(eligible);
  return { own: order.slice(0, own), scored: order.slice(-Math.min(scored, eligible.length - mostOwn)) };
}
