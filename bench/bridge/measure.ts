/** Measures the gain from persons who are linked elsewhere, for a target with 0, 20, 100 and 500 linked persons of its own. */
import { gains as metrics } from '../../core/evaluation/metrics.ts';
import { KINDS } from '../../core/evaluation/two-kinds.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { implicitAls } from '../../core/transfer/factors/implicit-als.ts';
import type { Factors } from '../../core/transfer/factors/implicit-als.ts';
import type { Blend } from '../federation/choice.ts';
import { combinations, keyOf, ranksOf, unitLength, weighted } from '../federation/choice.ts';
import { LENGTH_POWER, MAP_WEIGHT } from '../../core/transfer/decoder/mapped-list.ts';
import { LENGTHS, noisedMap } from './noised.ts';
import { cutOf } from './persons.ts';
import type { Cut } from './persons.ts';
import { localsOf, ownMap, pooledMap, pooledVotes, popularity, prior, titles, withConstant } from './scorers.ts';
import type { Score } from './scorers.ts';
import type { Pair } from './worlds.ts';

const ALS = { dimension: 32, sweeps: 6, unseenWeight: 0.05, ridge: 2, ridgeExponent: 0 };
export const LINKED = [0, 20, 100, 500] as const;
const RIDGES = [1, 10, 100];
const POOLED = ['B0', 'B1', 'W0', 'W1', 'W2'];
/** Length of a person's representation in the map that is learnt from own linked persons under noise. */
const OWN_LINKS = 32;
const WEIGHTS = [0.15, 0.3, 0.6, 1, 2, 4];
/** The list that the product serves: its weights are fixed. */
const SERVED: Blend = { P: 1, [`N${OWN_LINKS}-${LENGTHS.indexOf(LENGTH_POWER)}`]: MAP_WEIGHT };

/** Lists of scores of one pair and cut, by name. */
export interface Board {
  readonly name: string;
  readonly cut: Cut;
  readonly lists: ReadonlyMap<string, Float32Array>;
  /** Numbers of linked persons that the target has. */
  readonly linked: readonly number[];
  /** Signal and noise of a coordinate of each noised map. */
  readonly noised: readonly { readonly dimension: number; readonly signal: number; readonly noise: number }[];
}

const sources = new Map<string, Factors>();

function sourceFactors({ source }: Pair): Factors {
  let factors = sources.get(source.name);
  if (factors === undefined) {
    factors = implicitAls(source, source.catalogue.length, ALS, seededRandom(`bridge/${source.name}`));
    sources.set(source.name, factors);
  }
  return factors;
}

export function boardOf(pair: Pair, name: string, seed: string, dimensions: readonly number[]): Board {
  const cut = cutOf(pair, seed);
  const lists = new Map<string, Float32Array>();
  const put = (list: string, score: Score | undefined): void => {
    if (score !== undefined) lists.set(list, listOf(cut, score));
  };
  const factors = implicitAls(cut.own, cut.own.catalogue.length, ALS, seededRandom(`${seed}/own`));
  put('P', popularity(cut));
  put('R', prior(factors.persons, factors.items, factors.dimension));
  put('T', titles(pair));
  const source = sourceFactors(pair);
  const numbers = withConstant(source.persons, source.dimension);
  const locals = localsOf(pair, cut.elsewhere);
  [0, 1].forEach((evenness) => put(`B${evenness}`, pooledVotes(pair, locals, evenness)));
  RIDGES.forEach((ridge, i) => put(`W${i}`, pooledMap(pair, numbers, locals, ridge)));
  const linked = LINKED.filter((count) => count <= cut.linked.length);
  for (const count of linked) {
    if (count === 0) continue;
    RIDGES.forEach((ridge, i) => put(`O${count}-${i}`, ownMap(numbers, cut.linked.slice(0, count), factors, ridge)));
  }
  const noised = dimensions.map((dimension) => {
    const { scores, noise, numbers: noisy, signal } = noisedMap(cut, dimension, 4, `${seed}/${dimension}`);
    scores.forEach((score, i) => put(`N${dimension}-${i}`, score));
    if (dimension === OWN_LINKS) {
      const values = Float32Array.from(pair.source.persons.flatMap((_, row) => Array.from(noisy(row))));
      const released = withConstant(values, dimension);
      for (const count of linked.filter((one) => one > 0)) {
        RIDGES.forEach((ridge, i) =>
          put(`E${count}-${i}`, ownMap(released, cut.linked.slice(0, count), factors, ridge)),
        );
      }
    }
    return { dimension, noise, signal };
  });
  return { name, cut, lists, linked, noised };
}

export interface BridgeRow {
  readonly pair: string;
  readonly linked: number;
  readonly row: string;
  readonly over: string;
  readonly persons: readonly string[];
  readonly gains: Readonly<Record<Kind, Float64Array>>;
  /** Mean NDCG@10. */
  readonly ndcg: Readonly<Record<Kind, number>>;
  readonly chosen: Readonly<Record<Kind, string>>;
}

/**
 * Compares families of blends. Each pair gets the weights that suit the other pairs best, for each kind of list, because a target without
 * linked persons has nobody to choose them on.
 */
export function compare(boards: readonly Board[]): BridgeRow[] {
  const rows: BridgeRow[] = [];
  for (const linked of LINKED) {
    const there = boards.filter((board) => board.linked.includes(linked));
    if (new Set(there.map(({ name }) => name)).size < 2) continue;
    const has = (list: string) => there.every(({ lists }) => lists.has(list));
    const titled = there.some(({ lists }) => lists.has('T'));
    const singles = ['P', 'R', ...(titled ? ['T'] : [])].map((name) => ({ [name]: 1 }));
    const noisy = there.some(({ lists }) => lists.has(`E${linked}-0`));
    const links = noisy ? 'E' : 'O';
    const alone = combinations(
      [{ P: 1 }, { R: 1 }, { P: 1, R: 1 }],
      titled ? weighted('T', [0, ...WEIGHTS]) : [{}],
      linked === 0 ? [{}] : [{}, ...RIDGES.flatMap((_, i) => weighted(`${links}${linked}-${i}`, WEIGHTS))],
    );
    const single = chosenElsewhere(there, () => singles);
    const own = chosenElsewhere(there, () => alone);
    const beside = (names: readonly string[]): Chosen[] =>
      chosenElsewhere(there, (board, kind) =>
        combinations(
          [unitLength(own[there.indexOf(board)].blends[kind])],
          [{}, ...names.filter(has).flatMap((name) => weighted(name, WEIGHTS))],
        ),
      );
    const noised = [...new Set(there.flatMap(({ lists }) => [...lists.keys()].filter((name) => name.startsWith('N'))))];
    const families: [string, Chosen[]][] = [
      ['pooled raw rows', beside(POOLED)],
      ['pooled map of 32 numbers', beside(['W0', 'W1', 'W2'])],
      ...(noised.length > 0 ? [['noised map', beside(noised)] as [string, Chosen[]]] : []),
      ...(noised.length > 0 && linked === 0
        ? [['noised map, weights of the product', chosenElsewhere(there, () => [SERVED])] as [string, Chosen[]]]
        : []),
    ];
    there.forEach((board, b) => {
      const add = (row: string, a: Chosen, over: string, c: Chosen): void => {
        const difference = (kind: Kind): Float64Array => a.values[kind].map((value, p) => value - c.values[kind][p]);
        rows.push({
          pair: board.name,
          linked,
          row,
          over,
          persons: board.cut.ids,
          gains: byKind(difference),
          ndcg: byKind((kind) => mean(a.values[kind])),
          chosen: byKind((kind) => keyOf(a.blends[kind])),
        });
      };
      for (const [name, found] of families) {
        add(name, found[b], 'its own blend', own[b]);
        if (linked === 0) add(name, found[b], 'best single', single[b]);
      }
      add('its own blend', own[b], 'best single', single[b]);
      if (linked === 0) {
        // These weights are chosen on the target's own cold persons, so these rows are better than any target can do.
        const without = byHalves(board, alone);
        const pooled = combinations(alone, [{}, ...POOLED.flatMap((name) => weighted(name, WEIGHTS))]);
        add('pooled raw rows, weights by halves', byHalves(board, pooled), 'its own blend by halves', without);
      }
    });
  }
  return rows;
}

function byKind<Value>(of: (kind: Kind) => Value): Readonly<Record<Kind, Value>> {
  return { both: of('both'), uniform: of('uniform'), popularity: of('popularity') };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

interface Chosen {
  readonly blends: Readonly<Record<Kind, Blend>>;
  readonly values: Readonly<Record<Kind, Float64Array>>;
}

/** Each half of the cold persons is ranked by the blend that suits the other half. */
function byHalves({ cut, lists }: Board, family: readonly Blend[]): Chosen {
  const known = family.filter((blend) => Object.keys(blend).every((name) => lists.has(name)));
  const ndcg = known.map((blend) => {
    const ranks = ranksOf(lists, blend, cut.candidates);
    return byKind((kind) => Float64Array.from(ranks[kind], (rank) => metrics.ndcg(rank, 10)));
  });
  const best = byKind((kind) =>
    [0, 1].map((half) => {
      const totals = ndcg.map((of) => of[kind].reduce((sum, value, p) => sum + (p % 2 === half ? 0 : value), 0));
      return totals.indexOf(Math.max(...totals));
    }),
  );
  return {
    blends: byKind((kind) => known[best[kind][0]]),
    values: byKind((kind) => ndcg[0][kind].map((_, p) => ndcg[best[kind][p % 2]][kind][p])),
  };
}

/** For each board the blend whose place in the family is best over boards of other names. Families have equal lengths. */
function chosenElsewhere(boards: readonly Board[], familyOf: (board: Board, kind: Kind) => readonly Blend[]): Chosen[] {
  const tables = KINDS.map((kind) =>
    boards.map((board) => {
      const { candidates } = board.cut;
      return familyOf(board, kind).map((blend) => {
        const known = Object.fromEntries(Object.entries(blend).filter(([name]) => board.lists.has(name)));
        const ranks = ranksOf(board.lists, known, candidates)[kind];
        return { blend, values: Float64Array.from(ranks, (rank) => metrics.ndcg(rank, 10)) };
      });
    }),
  );
  return boards.map((board, b) => {
    const best = tables.map((table) => {
      const totals = table[b].map((_, f) =>
        table.reduce((sum, family, other) => sum + (boards[other].name === board.name ? 0 : mean(family[f].values)), 0),
      );
      return table[b][totals.indexOf(Math.max(...totals))];
    });
    const at = (kind: Kind) => best[KINDS.indexOf(kind)];
    return { blends: byKind((kind) => at(kind).blend), values: byKind((kind) => at(kind).values) };
  });
}

/** Scaled to mean 0 and deviation 1 over the catalogue, per person: float32 [persons, width]. */
function listOf({ candidates: { items, width }, cold }: Cut, score: Score): Float32Array {
  const out = new Float32Array(items.length);
  cold.forEach(({ source }, p) => {
    const scores = score(source);
    const center = mean(scores);
    let square = 0;
    for (const value of scores) square += (value - center) ** 2 / scores.length;
    const inverse = square > 1e-18 ? 1 / Math.sqrt(square) : 0;
    for (let at = p * width; at < (p + 1) * width; at++) out[at] = (scores[items[at]] - center) * inverse;
  });
  return out;
}
