/**
 * Measures what the shared model brings to a newcomer: its ranking by its own rows alone, and by both, on the same
 * candidates.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { gains } from '../../core/evaluation/metrics.ts';
import { pairedGain } from '../../core/evaluation/gains.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { candidateLists, ranksInLists } from '../../core/evaluation/two-kinds.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import { fitNewcomer } from '../../core/transfer/newcomer/newcomer.ts';
import type { NewcomerWeights } from '../../core/transfer/newcomer/newcomer.ts';
import type { SharedVectors } from '../../core/transfer/encoder/item-vectors.ts';
import { OWN_ROWS } from '../report/own-rows.ts';
import type { Arriving } from './sites.ts';

export interface NewcomerFigures {
  /** Ranks per method and kind of candidates. */
  readonly ranks: ReadonlyMap<string, Readonly<Record<Kind, Evaluation>>>;
  /** NDCG@10 of the strategy less that of the own rows. */
  readonly gain: Readonly<Record<Kind, Gain>>;
  readonly weights: NewcomerWeights;
}

export interface NewcomerOrder {
  /** The newcomer's own persons; nobody if there are none. */
  readonly own: Domain;
  readonly arriving: readonly Arriving[];
  /** Interactions of each item of the newcomer, by which popular candidates are drawn. */
  readonly counts: Uint32Array;
  readonly shared: SharedVectors;
  readonly strategy: string;
  readonly negatives: number;
  readonly seed: string;
}

export function measureNewcomer(order: NewcomerOrder): NewcomerFigures {
  const { own, arriving, counts, shared, strategy, negatives, seed } = order;
  const items = own.catalogue.length;
  const persons = arriving.map(({ person, hidden, history }) => ({ id: person, hidden, known: history }));
  const lists = candidateLists({ counts, persons, n: negatives, seed });
  const alone = fitNewcomer({ own, items, seed });
  const together = fitNewcomer({ own, items, seed, shared });
  const popularity = new Float32Array(items);
  for (const item of own.items) popularity[item] += 1;
  const methods: readonly (readonly [string, (history: Uint32Array) => Float32Array])[] = [
    ['popularity', () => popularity],
    [OWN_ROWS, (history) => alone.scores(history)],
    [strategy, (history) => together.scores(history)],
  ];
  const ranks = new Map(
    methods.map(([name, score]) => {
      const scores = new Float32Array(lists.items.length);
      arriving.forEach(({ history }, row) => {
        const all = score(history);
        for (let at = row * lists.width; at < (row + 1) * lists.width; at++) scores[at] = all[lists.items[at]];
      });
      const of = ranksInLists(lists, scores);
      const evaluations = {
        both: evaluationOf('both', of.both),
        uniform: evaluationOf('uniform', of.uniform),
        popularity: evaluationOf('popularity', of.popularity),
      };
      return [name, evaluations] as const;
    }),
  );
  const ndcg = (rank: number): number => gains.ndcg(rank, 10);
  const [before, after] = [ranks.get(OWN_ROWS), ranks.get(strategy)];
  if (before === undefined || after === undefined) throw new RangeError('a method was not measured');
  const over = (kind: Kind): Gain => pairedGain(after[kind], before[kind], ndcg);
  const gain = { both: over('both'), uniform: over('uniform'), popularity: over('popularity') };
  return { ranks, gain, weights: together.weights };
}

/**
 * Each person has one hidden positive. Tables show each kind of negatives separately, so the list of both kinds needs no label of its own.
 */
function evaluationOf(kind: Kind, ranks: ArrayLike<number>): Evaluation {
  return {
    negatives: kind === 'popularity' ? 'popularity' : 'uniform',
    ranks: Uint32Array.from(ranks),
    offsets: Uint32Array.from({ length: ranks.length + 1 }, (_, person) => person),
  };
}
