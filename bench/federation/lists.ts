/**
 * Scores of candidates by one source of knowledge each. A list is standardised per person over the catalogue without the
 * person's known items, so that weights of a blend mean the same for everybody.
 */
import type { Interactions } from '../../core/data/domain.ts';
import { candidateLists } from '../../core/evaluation/two-kinds.ts';
import type { CandidateLists } from '../../core/evaluation/two-kinds.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AlsSettings } from '../../core/transfer/factors/als-settings.ts';
import type { SharedSubspace } from '../../core/transfer/encoder/shared-subspace.ts';
import { itemWeights } from '../../core/transfer/encoder/subspace-iteration.ts';
import type { ItemWeighting } from '../../core/transfer/encoder/subspace-iteration.ts';
import { implicitAls } from '../../core/transfer/factors/implicit-als.ts';
import { transposeInteractions } from '../../core/transfer/factors/transpose.ts';
import type { Market } from './markets.ts';

/** Persons who are ranked for, with their candidates. */
export interface Group {
  readonly ids: readonly string[];
  readonly histories: readonly Uint32Array[];
  readonly candidates: CandidateLists;
}

export function groupOf(market: Market, rows: Uint32Array, seed: string): Group {
  const { train, hidden, counts, name } = market;
  const histories = Array.from(rows, (p) => train.items.subarray(train.offsets[p], train.offsets[p + 1]));
  const persons = Array.from(rows, (p, i) => ({ id: train.persons[p], hidden: hidden[p], known: histories[i] }));
  return {
    ids: persons.map(({ id }) => id),
    histories,
    candidates: candidateLists({ counts, persons, seed: `${seed}/${name}` }),
  };
}

/** The first `count` persons of a group. */
export function firstOf({ candidates, histories, ids }: Group, count: number): Group {
  const { items, n, ties, width } = candidates;
  const end = count * width;
  return {
    ids: ids.slice(0, count),
    histories: histories.slice(0, count),
    candidates: { n, width, items: items.subarray(0, end), ties: ties.subarray(0, end) },
  };
}

/** Fills the scores of the whole catalogue for one history. */
export type Scorer = (history: Uint32Array, into: Float32Array) => void;

/** Float32 [persons, width]. */
export function listOf({ histories, candidates }: Group, items: number, scorer: Scorer): Float32Array {
  const { width } = candidates;
  const out = new Float32Array(histories.length * width);
  const scores = new Float32Array(items);
  histories.forEach((history, p) => {
    scorer(history, scores);
    let sum = 0;
    let square = 0;
    for (let i = 0; i < items; i++) {
      sum += scores[i];
      square += scores[i] * scores[i];
    }
    for (const item of history) {
      sum -= scores[item];
      square -= scores[item] * scores[item];
    }
    const mean = sum / (items - history.length);
    const variance = square / (items - history.length) - mean * mean;
    const inverse = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
    for (let at = p * width; at < (p + 1) * width; at++) out[at] = (scores[candidates.items[at]] - mean) * inverse;
  });
  return out;
}

/** log(1 + count): negative counts, which only noise makes, count as none. */
export function popularityScorer(counts: ArrayLike<number>): Scorer {
  const scores = Float32Array.from(counts, (count) => Math.log1p(Math.max(0, count)));
  return (_history, into) => into.set(scores);
}

export interface NeighbourSettings {
  readonly shrink: number;
  readonly exponent: number;
}

/** Item-kNN: (common persons / (cosine's denominator + shrink)) ^ exponent, summed over the history. */
export function neighbourScorer(rows: Interactions, items: number, settings: readonly NeighbourSettings[]): Scorer[] {
  const byItem = transposeInteractions(rows, items);
  const roots = Float32Array.from({ length: items }, (_, i) => Math.sqrt(byItem.offsets[i + 1] - byItem.offsets[i]));
  const common = new Uint32Array(items);
  const met = new Uint32Array(items);
  return settings.map(({ shrink, exponent }) => (history, into) => {
    into.fill(0);
    for (const item of history) {
      let found = 0;
      for (let at = byItem.offsets[item]; at < byItem.offsets[item + 1]; at++) {
        const person = byItem.items[at];
        for (let j = rows.offsets[person]; j < rows.offsets[person + 1]; j++) {
          const other = rows.items[j];
          if (common[other]++ === 0) met[found++] = other;
        }
      }
      for (let m = 0; m < found; m++) {
        const other = met[m];
        const likeness = common[other] / (roots[item] * roots[other] + shrink);
        into[other] += exponent === 1 ? likeness : likeness ** exponent;
        common[other] = 0;
      }
    }
  });
}

export function alsScorer(rows: Interactions, items: number, settings: AlsSettings, seed: string): Scorer {
  const factors = implicitAls(rows, items, settings, seededRandom(`${seed}/als`));
  return (history, into) => products(factors.items, factors.foldIn(history), factors.dimension, into);
}

export interface SubspaceScoring {
  /** Exponent of the evening in the items' vectors. */
  readonly itemEvening: number;
  /** The items' vectors are divided by this power of their length: 1 is the cosine. */
  readonly itemNorm: number;
  /** Exponent of the evening in the persons' vectors. */
  readonly personEvening: number;
}

/** @param vocabulary places in the subspace of the catalogue's items */
export function subspaceScorer(
  { counts, directions, evening }: SharedSubspace,
  weighting: ItemWeighting,
  scoring: SubspaceScoring,
  vocabulary: Uint32Array,
): Scorer {
  const k = evening.length;
  const weights = itemWeights(counts, weighting);
  const items = vocabulary.length;
  const vectors = new Float32Array(items * k);
  const own = new Float32Array(items * k);
  for (let item = 0; item < items; item++) {
    const from = vocabulary[item] * k;
    let square = 0;
    for (let j = 0; j < k; j++) {
      const value = directions[from + j] * evening[j] ** scoring.itemEvening;
      vectors[item * k + j] = value;
      square += value * value;
      own[item * k + j] = weights[vocabulary[item]] * directions[from + j] * evening[j] ** scoring.personEvening;
    }
    const inverse = square > 0 ? square ** (-scoring.itemNorm / 2) : 0;
    for (let j = 0; j < k; j++) vectors[item * k + j] *= inverse;
  }
  const person = new Float32Array(k);
  return (history, into) => {
    person.fill(0);
    for (const item of history) for (let j = 0; j < k; j++) person[j] += own[item * k + j];
    products(vectors, person, k, into);
  };
}

function products(vectors: Float32Array, person: Float32Array, k: number, into: Float32Array): void {
  for (let item = 0, at = 0; item < into.length; item++) {
    let sum = 0;
    for (let j = 0; j < k; j++, at++) sum += vectors[at] * person[j];
    into[item] = sum;
  }
}
