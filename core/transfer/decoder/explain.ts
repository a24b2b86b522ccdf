/**
 * Explains why an item was shown, whatever the readout: the contribution of each source to its score, that of prior and
 * popularity, and the catalogue items nearest to the direction of the released vectors.
 *
 * A source's contribution is its Shapley value (Shapley 1953): its mean effect on the score over all orders in which the
 * sources could have been added. It is exact, from one list of scores per set of sources.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { BestRows } from './best-rows.ts';
import type { Blend } from './blend.ts';
import type { ItemSpace } from './readout.ts';
import type { Explanation, ReleasedVector } from './report.ts';

/** Most groups of sources. Every set of them is scored, so any further sources are joined to the last group. */
const MOST_SOURCES = 5;
const NEAREST_SHOWN = 3;

/** Scores over the catalogue, of which often only a few are asked for. */
export interface ItemScores {
  all(): Float32Array /* [items] */;
  of(item: number): number;
}

type Decode = (released: readonly ReleasedVector[]) => ItemScores | undefined;

/** The decoder's scores for sets of the sources that released something of one person. Each set is decoded once, when asked for. */
export class ScoresBySources {
  readonly released: readonly ReleasedVector[];
  readonly #decode: Decode;
  readonly #priorScores: ItemScores;
  readonly #decoded = new Map<string, ItemScores | undefined>();
  #groups: readonly (readonly ReleasedVector[])[] | undefined;
  #bySet: readonly ItemScores[] | undefined;

  /** @param decode undefined if the vectors tell nothing; the prior's scores take their place. */
  constructor(released: readonly ReleasedVector[], decode: Decode, priorScores: Float32Array) {
    this.released = released;
    this.#decode = decode;
    this.#priorScores = listed(priorScores);
  }

  /** Scores by everything that was released. */
  get all(): ItemScores {
    return this.#scores(this.released) ?? this.#priorScores;
  }

  /** The sources that change the scores: each is a group of its own, except that the last group may join several. */
  get groups(): readonly (readonly ReleasedVector[])[] {
    if (this.#groups !== undefined) return this.#groups;
    const heard = this.released.filter((one) => this.#scores([one]) !== undefined);
    this.#groups =
      heard.length <= MOST_SOURCES
        ? heard.map((one) => [one])
        : [...heard.slice(0, MOST_SOURCES - 1).map((one) => [one]), heard.slice(MOST_SOURCES - 1)];
    return this.#groups;
  }

  /** Scores by set: bit g is set if group g is in it. */
  get #sets(): readonly ItemScores[] {
    this.#bySet ??= Array.from({ length: 2 ** this.groups.length }, (_, set) => {
      const members = this.groups.filter((__, g) => ((set >> g) & 1) === 1).flat();
      return (members.length === 0 ? undefined : this.#scores(members)) ?? this.#priorScores;
    });
    return this.#bySet;
  }

  #scores(members: readonly ReleasedVector[]): ItemScores | undefined {
    const key = members.map((one) => this.released.indexOf(one)).join();
    if (!this.#decoded.has(key)) this.#decoded.set(key, this.#decode(members));
    return this.#decoded.get(key);
  }

  /** Shapley values of the groups for this item; they sum to its score less the prior's. */
  values(item: number): readonly number[] {
    const n = this.groups.length;
    const sets = this.#sets;
    const scores = sets.map((set) => set.of(item));
    const weights = Array.from({ length: n }, (_, size) => (factorial(size) * factorial(n - 1 - size)) / factorial(n));
    return this.groups.map((_, g) => {
      let value = 0;
      scores.forEach((without, set) => {
        if (((set >> g) & 1) === 1) return;
        value += weights[bits(set)] * (scores[set | (1 << g)] - without);
      });
      return value;
    });
  }
}

export function listed(scores: Float32Array): ItemScores {
  return { all: () => scores, of: (item) => scores[item] };
}

export interface ExplainedDecoder {
  readonly domain: Domain;
  readonly blend: Blend;
  readonly popularity: Float32Array /* [items] */;
  readonly priorScores: Float32Array /* [items] */;
  /** The change of each score by the person's own items here; undefined: none. */
  readonly moved: ItemScores | undefined;
  /** Items nearest to where the released vectors move a person; undefined if the readout has no direction. */
  readonly near: (scores: ScoresBySources) => readonly NearItem[] | undefined;
  /** The weight that the readout gives each source for this person; undefined if it gives everybody's the same. */
  readonly attention: (scores: ScoresBySources) => Readonly<Record<string, number>> | undefined;
}

/**
 * Parts named `source:<name>`, `prior`, `popularity` and `own items` add up to the score. Parts named `near:<item id>` are cosines
 * between an item's vector and the direction in which the released vectors move a person. Parts named `attention:<name>` are
 * the weights that the readout gives the sources for this person; they sum to 1.
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
    ...(decoder.moved === undefined ? [] : [{ name: 'own items', weight: decoder.moved.of(item) }]),
  ];
  if (scores.groups.length === 0) return { basis: blend.popularity === 1 ? 'popularity' : 'prior', parts };
  const near = decoder.near(scores)?.filter((one) => one.item !== item);
  return {
    basis: 'representation',
    parts: [
      ...parts,
      ...Object.entries(decoder.attention(scores) ?? {}).map(([source, weight]) => ({
        name: `attention:${source}`,
        weight,
      })),
      ...(near ?? [])
        .slice(0, NEAREST_SHOWN)
        .map((one) => ({ name: `near:${decoder.domain.catalogue[one.item]}`, weight: one.cosine })),
    ],
  };
}

export interface NearItem {
  readonly item: number;
  readonly cosine: number;
}

/** Items by their cosine with a direction: one pass over the items, in bytes, for all that is explained to a person. */
export class ItemDirections {
  readonly #space: Pick<ItemSpace, 'dimension' | 'items'>;
  readonly #lengths: Float64Array;
  readonly #units: BestRows;

  constructor(space: Pick<ItemSpace, 'dimension' | 'items'>) {
    const { dimension: d, items } = space;
    this.#space = space;
    this.#lengths = new Float64Array(items.length / d);
    const unit = new Float32Array(items.length);
    // An item without a direction is near to nothing.
    const constants = new Float32Array(this.#lengths.length);
    for (let item = 0; item < constants.length; item++) {
      const row = items.subarray(item * d, item * d + d);
      const length = Math.sqrt(dot(row, row));
      this.#lengths[item] = length;
      if (length === 0) constants[item] = -Infinity;
      else for (let i = 0; i < d; i++) unit[item * d + i] = row[i] / length;
    }
    this.#units = new BestRows([{ x: unit, width: d }], constants, new Float32Array(constants.length));
  }

  /** The nearest items, nearest first: one more than is shown, because the explained item may be among them. */
  nearest(direction: Float64Array): readonly NearItem[] {
    const { dimension: d, items } = this.#space;
    const length = Math.sqrt(dot(direction, direction));
    if (length === 0) return [];
    const cosine = (item: number): number =>
      this.#lengths[item] === 0
        ? -Infinity
        : dot(items.subarray(item * d, item * d + d), direction) / (this.#lengths[item] * length);
    const { rows, scores } = this.#units.best([direction.map((value) => value / length)], NEAREST_SHOWN + 1, (some) =>
      Float32Array.from(some, cosine),
    );
    return rows.map((item, place) => ({ item, cosine: scores[place] }));
  }
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
