/**
 * The training examples of one person: each half of a history must tell the items of the other half from negatives.
 * Everything is computed from the person's own history, the shared model, released values and a public seed, so that a
 * person's examples are the same whoever else is on the platform.
 * @module
 */
import { Prng } from '../../../random/prng.ts';
import { halvesOf } from '../../trunk/halves.ts';
import type { Negatives } from './negatives.ts';

export interface Example {
  /** Items that the person's vector is computed from, in order. */
  readonly seen: Uint32Array;
  /** Positives, then negatives. */
  readonly candidates: Uint32Array;
  readonly positives: number;
  /** Correction of each candidate; infinity excludes a negative that the person has. */
  readonly logQ: Float64Array;
}

/** `halves`: each half predicts the other. `next`: the items before a place predict those after it, at two places of the history. */
export const TASKS = ['halves', 'next'] as const;
export type Task = (typeof TASKS)[number];

/** Most examples of a person, by either task. */
export const EXAMPLES = 2;

export interface ExampleSettings {
  readonly task: Task;
  /** False shuffles the items that the tower sees, so that their order says nothing. */
  readonly ordered: boolean;
  /** Number of latest items of a history that the tower sees. */
  readonly longest: number;
  readonly positives: number;
  readonly negatives: number;
}

/** A person's examples; none for a history of fewer than two items. */
export function examplesOf(
  history: Uint32Array,
  round: number,
  settings: ExampleSettings,
  negatives: Negatives,
  { score, seed }: { readonly seed: string; readonly score: (seen: Uint32Array) => (item: number) => number },
): readonly Example[] {
  const random = new Prng(`${seed}/${round}/${history.join()}`);
  const own = new Set(history);
  const parts = settings.task === 'halves' ? halves(history, round) : cuts(history, settings.positives, random);
  return parts.map(([before, after]) => {
    const seen = seenOf(before, settings);
    const chosen = settings.task === 'next' ? after.subarray(0, settings.positives) : some(after, settings, random);
    const drawn = negatives.draw(settings.negatives, random, score(seen));
    return {
      seen,
      candidates: Uint32Array.of(...chosen, ...drawn.items),
      positives: chosen.length,
      logQ: Float64Array.of(
        ...Array.from(chosen, (item) => negatives.logQ(item)),
        ...Array.from(drawn.items, (item, i) => (own.has(item) ? Number.POSITIVE_INFINITY : drawn.logQ[i])),
      ),
    };
  });
}

/** The items of a history that the person tower sees: the latest ones, in their order or in one that depends on these items alone. */
export function seenOf(
  items: Uint32Array,
  { longest, ordered }: Pick<ExampleSettings, 'longest' | 'ordered'>,
): Uint32Array {
  const seen = items.subarray(Math.max(0, items.length - longest));
  if (ordered) return seen;
  const sorted = seen.toSorted();
  return new Prng(sorted.join()).sample(seen.length, seen.length).map((at) => sorted[at]);
}

type Parts = readonly (readonly [before: Uint32Array, after: Uint32Array])[];

function halves(history: Uint32Array, round: number): Parts {
  const both = halvesOf(history, round);
  if (both === null) return [];
  return [
    [both.first, both.second],
    [both.second, both.first],
  ];
}

function cuts(history: Uint32Array, positives: number, random: Prng): Parts {
  if (history.length < 2) return [];
  const latest = Math.max(1, history.length - positives);
  return [1 + random.integer(history.length - 1), latest].map((at) => [history.subarray(0, at), history.subarray(at)]);
}

function some(items: Uint32Array, { positives }: ExampleSettings, random: Prng): Uint32Array {
  return items.length <= positives ? items : random.sample(items.length, positives).map((at) => items[at]);
}
