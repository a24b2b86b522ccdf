/**
 * Lists of candidates with two kinds of negatives: the hidden item, uniform negatives, then negatives drawn by popularity. The
 * hidden item can be ranked among both kinds or one of them. No item appears twice, so a person could be shown the whole list.
 * @module
 */
import { Prng } from '../random/prng.ts';
import { AliasTable } from './alias.ts';
import { EvaluationError } from './errors.ts';

export const KINDS = ['both', 'uniform', 'popularity'] as const;
export type Kind = (typeof KINDS)[number];

export interface CandidateLists {
  /** Negatives of each kind. */
  readonly n: number;
  /** 1 + 2 n. Column 0 is the hidden item; columns 1 to n are uniform. */
  readonly width: number;
  readonly items: Uint32Array /* [persons, width] row-major */;
  /** Breaks ties: between 0 and 1, one per candidate, the same for every method. */
  readonly ties: Float32Array /* [persons, width] */;
}

export interface CandidateOptions {
  /** Training interactions of each item of the catalogue. */
  readonly counts: ArrayLike<number>;
  /** Each person's hidden item and known items, which are never drawn. */
  readonly persons: readonly { readonly id: string; readonly hidden: number; readonly known: Uint32Array }[];
  /** Negatives of each kind. Default 99. */
  readonly n?: number;
  readonly seed: string;
}

/**
 * A person's draw depends only on the seed, the counts and the person's id.
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS.
 */
export function candidateLists({ counts, persons, n = 99, seed }: CandidateOptions): CandidateLists {
  const width = 1 + 2 * n;
  const items = new Uint32Array(persons.length * width);
  const ties = new Float32Array(items.length);
  const table = new AliasTable(counts);
  const met = Array.from(counts).filter((count) => count > 0).length;
  const stamp = new Uint32Array(counts.length);
  persons.forEach(({ id, hidden, known }, p) => {
    // Redrawing taken items must end soon, so at least half of the items that can be drawn must stay free.
    if (2 * (width + known.length) > Math.min(counts.length, met + n)) {
      throw new EvaluationError(
        'EVALUATION_TOO_FEW_ITEMS',
        `two times ${n} negatives asked for, of a catalogue of ${counts.length} items, ${met} of them met: ask for fewer`,
      );
    }
    const prng = new Prng(`${seed}/two-kinds/${n}/${id}`);
    const row = items.subarray(p * width, (p + 1) * width);
    for (const item of known) stamp[item] = p + 1;
    stamp[hidden] = p + 1;
    row[0] = hidden;
    for (let at = 1; at < width;) {
      const item = at <= n ? prng.integer(counts.length) : table.draw(prng);
      if (stamp[item] === p + 1) continue;
      stamp[item] = p + 1;
      row[at++] = item;
    }
    for (let at = 0; at < width; at++) ties[p * width + at] = prng.uniform();
  });
  return { n, width, items, ties };
}

/** Rank, from 1, of each person's hidden item among the negatives of a kind. */
export type PersonRanks = Readonly<Record<Kind, Uint16Array>>;

/** @param scores [persons, width], any scale. */
export function ranksInLists({ n, ties, width }: CandidateLists, scores: Float32Array): PersonRanks {
  const persons = scores.length / width;
  const ranks = {
    both: new Uint16Array(persons),
    uniform: new Uint16Array(persons),
    popularity: new Uint16Array(persons),
  };
  for (let p = 0, base = 0; p < persons; p++, base += width) {
    const score = scores[base];
    const tie = ties[base];
    const above = (from: number, to: number): number => {
      let better = 0;
      for (let at = base + from; at < base + to; at++) {
        if (scores[at] > score || (scores[at] === score && ties[at] > tie)) better++;
      }
      return better;
    };
    const uniform = above(1, n + 1);
    const popular = above(n + 1, width);
    ranks.both[p] = 1 + uniform + popular;
    ranks.uniform[p] = 1 + uniform;
    ranks.popularity[p] = 1 + popular;
  }
  return ranks;
}
