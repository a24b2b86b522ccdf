/**
 * Explains why an item was shown, whatever the readout: the contribution of each source to its score, that of prior and
 * popularity, and the catalogue items nearest to the direction of the released vectors.
 *
 * A source's contribution is its Shapley value (Shapley 1953): its mean effect on the score over all orders in which the
 * sources could have been added. It is exact, from one list of scores per set of sources.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Blend } from './blend.ts';
import type { ItemSpace } from './readout.ts';
import type { Explanation, ReleasedVector } from './report.ts';

/** Most sources whose sets are all scored. Any beyond count as one, together. */
const MOST_SOURCES = 5;
const nearestShown = 3;

/** The decoder's scores for every set of the sources that released something of one person. */
export class ScoresBySources {
  readonly released: readonly ReleasedVector[];
  /** Sources that change the scores, each alone, or the last several together. */
  readonly groups: readonly (readonly ReleasedVector[])[];
  /** Scores by set: bit g is set if group g is in it. */
  readonly #bySet: readonly Float32Array[];

  /** @param decode undefined if the vectors tell nothing; the prior's scores take their place. */
  constructor(
    released: readonly ReleasedVector[],
    decode: (released: readonly ReleasedVector[]) => Float32Array | undefined,
    priorScores: Float32Array,
  ) {
    this.released = released;
    const heard = released.filter((one) => decode([one]) !== undefined);
    const rest = heard.slice(MOST_SOURCES - 1);
    this.groups =
      heard.length <= MOST_SOURCES
        ? heard.map((one) => [one])
        : [...heard.slice(0, MOST_SOURCES - 1).map((one) => [one]), rest];
    this.#bySet = Array.from({ length: 2 ** this.groups.length }, (_, set) => {
      const members = this.groups.filter((__, g) => ((set >> g) & 1) === 1).flat();
      return (members.length === 0 ? undefined : decode(members)) ?? priorScores;
    });
  }

  /** Shapley values of the groups for this item; they sum to its score less the prior's. */
  values(item: number): readonly number[] {
    const n = this.groups.length;
    const weights = Array.from({ length: n }, (_, size) => (factorial(size) * factorial(n - 1 - size)) / factorial(n));
    return this.groups.map((_, g) => {
      let value = 0;
      this.#bySet.forEach((without, set) => {
        if (((set >> g) & 1) === 1) return;
        value += weights[bits(set)] * (this.#bySet[set | (1 << g)][item] - without[item]);
      });
      return value;
    });
  }
}

export interface ExplainedDecoder {
  readonly domain: Domain;
  readonly space: Pick<ItemSpace, 'dimension' | 'items'>;
  readonly blend: Blend;
  readonly popularity: Float32Array /* [items] */;
  readonly priorScores: Float32Array /* [items] */;
  readonly direction: (released: readonly ReleasedVector[]) => Float64Array | undefined;
}

/**
 * Parts named `source:<name>`, `prior` and `popularity` add up to the score. Parts named `near:<item id>` are cosines
 * between an item's vector and the direction in which the released vectors move a person.
 */
export function explainScore(decoder: ExplainedDecoder, scores: ScoresBySources, item: number): Explanation {
  const { blend, priorScores } = decoder;
  const values = scores.values(item);
  const parts = [
    ...scores.groups.map((group, g) => ({
      name: `source:${group.map(({ source }) => source).join('+')}`,
      weight: blend.decoder * values[g],
    })),
    { name: 'prior', weight: (blend.prior + blend.decoder) * priorScores[item] },
    { name: 'popularity', weight: blend.popularity * decoder.popularity[item] },
  ];
  if (scores.groups.length === 0) return { basis: blend.popularity === 1 ? 'popularity' : 'prior', parts };
  const direction = decoder.direction(scores.groups.flat());
  return {
    basis: 'representation',
    parts: direction === undefined ? parts : [...parts, ...nearest(decoder, direction, item)],
  };
}

function nearest(
  { domain, space }: ExplainedDecoder,
  direction: Float64Array,
  item: number,
): { readonly name: string; readonly weight: number }[] {
  const d = space.dimension;
  const length = Math.sqrt(dot(direction, direction));
  const best: { item: number; cosine: number }[] = [];
  for (let other = 0; other < domain.catalogue.length; other++) {
    if (other === item) continue;
    const row = space.items.subarray(other * d, other * d + d);
    const norm = Math.sqrt(dot(row, row));
    if (norm === 0 || length === 0) continue;
    const cosine = dot(row, direction) / (norm * length);
    if (best.length === nearestShown && cosine <= best[nearestShown - 1].cosine) continue;
    best.push({ item: other, cosine });
    best.sort((a, b) => b.cosine - a.cosine);
    best.length = Math.min(best.length, nearestShown);
  }
  return best.map(({ item: other, cosine }) => ({ name: `near:${domain.catalogue[other]}`, weight: cosine }));
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
