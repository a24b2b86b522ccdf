/**
 * The one loop behind every table: it ranks a method's scores against the candidates of each hidden positive.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import { Prng } from '../random/prng.ts';
import { EvaluationError } from './errors.ts';
import type { Negatives, NegativesName } from './negatives.ts';
import { rankAmong, ranksInCatalogue, TopItems } from './rank.ts';

export interface EvaluationOptions {
  /** Scores over the target's catalogue for the cold person at this index. The next call may reuse the array. */
  readonly scorer: (index: number, person: ColdPerson) => Float32Array /* [items] */;
  readonly cold: readonly ColdPerson[];
  /** Size of the target's catalogue. */
  readonly items: number;
  /** Each person is scored once for all of these kinds. Use the same kinds for every method of a run. */
  readonly negatives: readonly Negatives[];
  /** Seed for breaking ties. */
  readonly seed: string | number;
  /** Length of the lists that `full` keeps. Default 20. */
  readonly listLength?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** A method's ranks, one per hidden positive, with persons in the order of `cold`. */
export interface Evaluation {
  readonly negatives: NegativesName;
  /** The positive's rank, from 1, among itself and its negatives. */
  readonly ranks: Uint32Array /* [positives] */;
  /** The ranks of cold person i start at `offsets[i]` and end before `offsets[i + 1]`. */
  readonly offsets: Uint32Array /* [cold persons + 1] */;
  /** Present for `full` only: each person's list out of the whole catalogue, best item first. */
  readonly lists?: RecommendedLists;
}

export interface RecommendedLists {
  readonly length: number;
  readonly items: Uint32Array /* [cold persons, length] row-major */;
}

/**
 * One evaluation for each kind of negatives, in their order.
 * @throws EvaluationError EVALUATION_BAD_SCORES, EVALUATION_TOO_FEW_ITEMS, EVALUATION_NO_POSITIVES. If aborted, the
 * signal's reason.
 */
export function evaluateColdStart(options: EvaluationOptions): Evaluation[] {
  const { scorer, cold, items, negatives, seed, signal, onProgress } = options;
  const offsets = new Uint32Array(cold.length + 1);
  for (let i = 0; i < cold.length; i++) offsets[i + 1] = offsets[i] + cold[i].positives.length;
  const positives = offsets[cold.length];
  if (positives === 0) {
    throw new EvaluationError(
      'EVALUATION_NO_POSITIVES',
      'no cold person has a hidden positive: nothing can be measured',
    );
  }
  const length = Math.min(options.listLength ?? 20, items);
  const top = new TopItems(items, seed);
  let room = new Uint32Array(0);
  const results = negatives.map((kind) => ({
    kind,
    ranks: new Uint32Array(positives),
    ...(kind.name === 'full' && { lists: { length, items: new Uint32Array(cold.length * length) } }),
  }));

  for (let i = 0; i < cold.length; i++) {
    signal?.throwIfAborted();
    const person = cold[i];
    const scores = scorer(i, person);
    checkScores(scores, items);
    // How a person's ties break must depend neither on the persons before nor on the other kinds of negatives.
    const salt = new Prng(`${seed}/ties/${person.person}`).uint32();
    for (const { kind, ranks, lists } of results) {
      const into = ranks.subarray(offsets[i], offsets[i + 1]);
      const ties = new Prng(`${salt}/${kind.name}`);
      if (kind.name === 'full') {
        into.set(ranksInCatalogue(scores, person.positives, ties));
        if (lists) top.select(scores, salt, lists.items.subarray(i * length, (i + 1) * length));
        continue;
      }
      if (room.length < into.length * kind.n) room = new Uint32Array(into.length * kind.n);
      const drawn = kind.draw(person, room);
      for (let p = 0; p < into.length; p++) {
        into[p] = rankAmong(scores, person.positives[p], drawn.subarray(p * kind.n, (p + 1) * kind.n), ties);
      }
    }
    onProgress?.((i + 1) / cold.length);
  }
  return results.map(({ kind, ranks, lists }) => ({ negatives: kind.name, ranks, offsets, ...(lists && { lists }) }));
}

function checkScores(scores: Float32Array, items: number): void {
  if (scores.length !== items) {
    throw new EvaluationError(
      'EVALUATION_BAD_SCORES',
      `${scores.length} scores for a person, but the catalogue has ${items} items: the method must score every item`,
    );
  }
  // NaN compares false with everything, so the item would silently be ranked first.
  for (let item = 0; item < items; item++) {
    if (Number.isNaN(scores[item])) {
      throw new EvaluationError(
        'EVALUATION_BAD_SCORES',
        `the score of item ${item} for a person is not a number: the method's training has diverged or divided by zero`,
      );
    }
  }
}
