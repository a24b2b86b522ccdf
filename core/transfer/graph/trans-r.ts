/**
 * Vectors of the entities of a knowledge graph, such as items, brands and categories, from its triples (head, relation, tail). Each
 * relation looks at entities through a matrix of its own, so that two items may be near in one respect and far in another (TransR:
 * Lin et al., AAAI 2015, eq. 7 to 9). With all matrices fixed to the identity it is TransE (Bordes et al., NIPS 2013).
 *
 * A graph of public facts about items tells of no person, so its item vectors may be given to the view `vectors`.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { TransferError } from '../errors.ts';

export interface Triple {
  readonly head: number;
  readonly relation: number;
  readonly tail: number;
}

export interface TransRSettings {
  /** Length of the vectors of entities and relations. */
  readonly dimension: number;
  readonly epochs: number;
  readonly rate: number;
  /** Distance by which a false triple should be farther than a true one. */
  readonly margin: number;
  /** False fixes the relations' matrices to the identity. */
  readonly hasMatrices: boolean;
}

export const TRANS_R_SETTINGS: TransRSettings = {
  dimension: 24,
  epochs: 30,
  rate: 0.02,
  margin: 1,
  hasMatrices: true,
};

export interface GraphVectors {
  readonly dimension: number;
  readonly entities: Float64Array /* [entities, dimension] row-major */;
  /** |h M + r - t M|²: small for a triple that is likely true. */
  distance(triple: Triple): number;
}

/** @throws TransferError TRANSFER_SHAPE for a triple with an entity or relation that does not exist */
export function fitTransR(
  triples: readonly Triple[],
  size: { readonly entities: number; readonly relations: number },
  settings: TransRSettings,
  seed: string,
): GraphVectors {
  for (const { head, relation, tail } of triples) {
    if ([head, tail].every((one) => one >= 0 && one < size.entities) && relation >= 0 && relation < size.relations)
      continue;
    throw new TransferError(
      'TRANSFER_SHAPE',
      `a triple (${head}, ${relation}, ${tail}) lies outside of ${size.entities} entities and ${size.relations} relations`,
    );
  }
  const prng = new Prng(`trans-r/${seed}`);
  const graph = new Graph(size, settings, prng);
  const ends = endsOf(triples, size.relations);
  const order = Uint32Array.from(triples.keys());
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    prng.shuffle(order);
    for (const at of order) {
      const triple = triples[at];
      const { heads, tails } = ends[triple.relation];
      const corrupt =
        prng.uniform() < 0.5
          ? { ...triple, head: heads[prng.integer(heads.length)] }
          : { ...triple, tail: tails[prng.integer(tails.length)] };
      graph.learn(triple, corrupt);
    }
  }
  return graph;
}

/** Entities that stand at each end of each relation: a false triple keeps the kind of its ends. */
function endsOf(
  triples: readonly Triple[],
  relations: number,
): readonly { readonly heads: readonly number[]; readonly tails: readonly number[] }[] {
  const sets = Array.from({ length: relations }, () => ({ heads: new Set<number>(), tails: new Set<number>() }));
  for (const { head, relation, tail } of triples) {
    sets[relation].heads.add(head);
    sets[relation].tails.add(tail);
  }
  return sets.map(({ heads, tails }) => ({ heads: [...heads], tails: [...tails] }));
}

class Graph implements GraphVectors {
  readonly dimension: number;
  readonly entities: Float64Array;
  readonly #settings: TransRSettings;
  readonly #relations: Float64Array; /* [relations, dimension] */
  readonly #matrices: Float64Array; /* [relations, dimension, dimension] */

  constructor(size: { readonly entities: number; readonly relations: number }, settings: TransRSettings, prng: Prng) {
    const d = settings.dimension;
    this.dimension = d;
    this.#settings = settings;
    this.entities = Float64Array.from({ length: size.entities * d }, () => prng.gaussian() / Math.sqrt(d));
    this.#relations = Float64Array.from({ length: size.relations * d }, () => (0.1 * prng.gaussian()) / Math.sqrt(d));
    this.#matrices = new Float64Array(size.relations * d * d);
    for (let r = 0; r < size.relations; r++) for (let i = 0; i < d; i++) this.#matrices[(r * d + i) * d + i] = 1;
  }

  distance(triple: Triple): number {
    return this.#error(triple).reduce((sum, value) => sum + value * value, 0);
  }

  /** One step by a true triple and a false one. Nothing moves if the false one is already farther by the margin. */
  learn(triple: Triple, corrupt: Triple): void {
    const [near, far] = [this.#error(triple), this.#error(corrupt)];
    const square = (error: Float64Array): number => error.reduce((sum, value) => sum + value * value, 0);
    if (square(near) + this.#settings.margin <= square(far)) return;
    this.#move(triple, near, -this.#settings.rate);
    this.#move(corrupt, far, this.#settings.rate);
  }

  /** (h - t) M + r */
  #error({ head, relation, tail }: Triple): Float64Array {
    const d = this.dimension;
    const error = this.#relations.slice(relation * d, (relation + 1) * d);
    for (let i = 0; i < d; i++) {
      const difference = this.entities[head * d + i] - this.entities[tail * d + i];
      if (!this.#settings.hasMatrices) {
        error[i] += difference;
        continue;
      }
      const row = (relation * d + i) * d;
      for (let j = 0; j < d; j++) error[j] += difference * this.#matrices[row + j];
    }
    return error;
  }

  /** Moves by `step` times the slope of the squared distance. */
  #move({ head, relation, tail }: Triple, error: Float64Array, step: number): void {
    const d = this.dimension;
    const { entities } = this;
    for (let j = 0; j < d; j++) this.#relations[relation * d + j] += step * 2 * error[j];
    for (let i = 0; i < d; i++) {
      let slope = 0;
      if (this.#settings.hasMatrices) {
        const row = (relation * d + i) * d;
        const difference = entities[head * d + i] - entities[tail * d + i];
        for (let j = 0; j < d; j++) {
          slope += this.#matrices[row + j] * error[j];
          this.#matrices[row + j] += step * 2 * difference * error[j];
        }
      } else slope = error[i];
      entities[head * d + i] += step * 2 * slope;
      entities[tail * d + i] -= step * 2 * slope;
    }
    for (const entity of [head, tail]) this.#shorten(entity);
  }

  /** Vectors of entities are at most 1 long. Otherwise every distance could grow without end. */
  #shorten(entity: number): void {
    const d = this.dimension;
    let square = 0;
    for (let i = 0; i < d; i++) square += this.entities[entity * d + i] ** 2;
    if (square <= 1) return;
    const by = 1 / Math.sqrt(square);
    for (let i = 0; i < d; i++) this.entities[entity * d + i] *= by;
  }
}

/**
 * Share of the triples whose tail is among the ten nearest of the candidates, leaving out other tails that are known to be true (Bordes
 * et al. 2013, filtered hits@10).
 */
export function hitsAtTen(
  graph: GraphVectors,
  triples: readonly Triple[],
  known: ReadonlySet<string>,
  candidates: (relation: number) => readonly number[],
): number {
  let hits = 0;
  for (const triple of triples) {
    const own = graph.distance(triple);
    let nearer = 0;
    for (const tail of candidates(triple.relation)) {
      if (nearer >= 10) break;
      const other = { ...triple, tail };
      if (tail === triple.tail || tail === triple.head || known.has(tripleKey(other))) continue;
      if (graph.distance(other) <= own) nearer++;
    }
    if (nearer < 10) hits++;
  }
  return hits / triples.length;
}

export const tripleKey = ({ head, relation, tail }: Triple): string => `${head}/${relation}/${tail}`;
