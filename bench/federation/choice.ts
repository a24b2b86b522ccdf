/** Blends of standardised lists, and the choice among them. */
import { gains } from '../../core/evaluation/metrics.ts';
import type { CandidateLists, PersonRanks } from '../../core/evaluation/two-kinds.ts';
import { ranksInLists } from '../../core/evaluation/two-kinds.ts';

/** Weights of named lists; those that are not named weigh nothing. */
export type Blend = Readonly<Record<string, number>>;

/** Lists by name, float32 [persons, width] each. */
export type Lists = ReadonlyMap<string, Float32Array>;

/** A blend's name in a file. */
export function keyOf(blend: Blend): string {
  return Object.entries(blend)
    .map(([name, weight]) => `${name}*${weight}`)
    .join(' + ');
}

/** All combinations of one blend from each choice. */
export function combinations(...choices: readonly (readonly Blend[])[]): Blend[] {
  return choices.reduce<Blend[]>(
    (all, next) => all.flatMap((one) => next.map((other) => ({ ...one, ...other }))),
    [{}],
  );
}

/** A list at each of these weights. Weight 0 leaves it out. */
export function weighted(name: string, weights: readonly number[]): Blend[] {
  return weights.map((weight) => (weight === 0 ? {} : { [name]: weight }));
}

/** @param into float32 [persons, width]; also returned. */
export function blended(lists: Lists, blend: Blend, into: Float32Array): Float32Array {
  into.fill(0);
  for (const [name, weight] of Object.entries(blend)) {
    const list = lists.get(name);
    if (list === undefined) throw new Error(`no list "${name}"`);
    for (let at = 0; at < into.length; at++) into[at] += weight * list[at];
  }
  return into;
}

export function ranksOf(lists: Lists, blend: Blend, candidates: CandidateLists): PersonRanks {
  return ranksInLists(candidates, blended(lists, blend, new Float32Array(candidates.items.length)));
}

/** Mean NDCG@10 of each blend, both kinds of negatives in one list. */
export function meansOf(lists: Lists, blends: readonly Blend[], candidates: CandidateLists): Map<string, number> {
  const room = new Float32Array(candidates.items.length);
  return new Map(
    blends.map((blend) => {
      const { both } = ranksInLists(candidates, blended(lists, blend, room));
      return [keyOf(blend), both.reduce((sum, rank) => sum + gains.ndcg(rank, 10), 0) / both.length];
    }),
  );
}

/** Mean NDCG@10 of each blend over some held-out persons. */
export interface Evidence {
  readonly means: ReadonlyMap<string, number>;
  readonly persons: number;
}

/** The blend with the best mean over all held-out persons; the first one if several are equal. */
export function chosen(blends: readonly Blend[], evidence: readonly Evidence[]): Blend {
  let best = blends[0];
  let most = -Infinity;
  for (const blend of blends) {
    const key = keyOf(blend);
    const total = evidence.reduce((sum, { means, persons }) => sum + persons * (means.get(key) ?? Number.NaN), 0);
    if (total > most) [best, most] = [blend, total];
  }
  return best;
}

/** The blend with weights of length 1, so that further lists weigh alike beside all blends. */
export function unitLength(blend: Blend): Blend {
  const length = Math.hypot(...Object.values(blend));
  return length === 0 ? {} : Object.fromEntries(Object.entries(blend).map(([name, w]) => [name, w / length]));
}
