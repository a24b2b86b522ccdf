/** One market, one cut, one setting of the federation, for several numbers of own persons. */
import { itemCounts, restrictPersons } from '../../core/data/select.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import { Board, boardOf, heldOf } from './board.ts';
import type { Blend, Evidence } from './choice.ts';
import { chosen, keyOf, ranksOf } from './choice.ts';
import { blendsOf, boundsOf, FEDERATED, OWN, POOLED, popularityBlendsOf } from './families.ts';
import { alsScorer, neighbourScorer, popularityScorer, subspaceScorer } from './lists.ts';
import type { NeighbourSettings } from './lists.ts';
import type { Market, World } from './markets.ts';
import { DELTA, SCORINGS, TRAINING } from './setting.ts';
import type { Setting } from './setting.ts';
import { joined, sitesOf, withinCatalogue } from './sites.ts';
import type { Sites } from './sites.ts';
import { planOf, roundsOf, sharedCounts, trainSubspace } from './subspace.ts';
import type { Terms } from './subspace.ts';

/** Weight of the mean of fr and ca in a choice, as a number of persons beside the platform's own held-out persons. */
export const WEIGHT_OF_OTHER_MARKETS = 100;

const NEIGHBOURS: readonly NeighbourSettings[] = [
  { shrink: 5, exponent: 0.7 },
  { shrink: 1, exponent: 1 },
];
const [SMALL, LARGE] = [16, 48].map((dimension) => ({
  dimension,
  sweeps: 8,
  unseenWeight: 0.05,
  ridge: 2,
  ridgeExponent: 0,
}));

export type Row =
  'own' | 'own and federated popularity' | 'own and federated' | 'federated' | 'pooled' | 'own and pooled';

/** Mean NDCG@10 of every blend, by row, in a market on which things are chosen. Blends are named without the own part. */
export type Means = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Measured {
  /** Scored persons. */
  readonly persons: readonly string[];
  /** By row: each person's rank by kind of negatives, one character each: 1 to 9, 0 for 10, and - for more. */
  readonly ranks: Readonly<Record<string, Readonly<Record<Kind, string>>>>;
  /** The blend of each row. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly plan: PlanNumbers;
}

/** Numbers of the plan of the federation's sums. */
export interface PlanNumbers {
  /** n: number of platforms that contribute. */
  readonly platforms: number;
  readonly colluding: number;
  readonly losses: number;
  readonly honestMinimum: number;
  /** H: number of platforms over which the noise is spread. */
  readonly shares: number;
  readonly noiseMultiplier: number;
  readonly epsilon: number | null;
  readonly persons: number;
}

/** Everything that a platform with this number of own persons can choose from. */
interface Place {
  readonly board: Board;
  readonly own: number;
  readonly sites: Sites;
}

/** A cut with the lists of own rows, which do not depend on the federation. */
interface Drawn {
  readonly cut: string;
  readonly board: Board;
  readonly own: Uint32Array;
  readonly ownLists: Map<number, Board['lists']>;
}

export class Measurer {
  readonly #world: World;
  /** The last cut. It is kept because the cells of one cut are measured one after the other. */
  #drawn: Drawn | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Measures one cell.
   * @param priorOf the means of fr and ca.
   * @param isBound true to measure everybody else's raw rows as well.
   * @returns by number of own persons.
   */
  measure(
    market: Market,
    setting: Setting,
    owns: readonly number[],
    cut: string,
    priorOf: (own: number) => readonly Means[],
    isBound: boolean,
  ): Record<number, Measured> {
    const measured: Record<number, Measured> = {};
    for (const place of this.#places(market, setting, owns, cut, isBound)) {
      const { board, own, sites } = place;
      const picks = new Picks(board, priorOf(own));
      picks.keep('federated popularity', { T: 1 });
      picks.choose('federated', FEDERATED);
      if (isBound) picks.choose('pooled', POOLED);
      if (own > 0) {
        const best = picks.choose('own', OWN);
        picks.choose('own and federated popularity', popularityBlendsOf(best), popularityBlendsOf({}));
        picks.choose('own and federated', blendsOf(best), blendsOf({}));
        if (isBound) picks.choose('own and pooled', boundsOf(best), boundsOf({}));
      }
      measured[own] = picks.measured(planNumbers(sites, setting, cut));
    }
    return measured;
  }

  /** The means of fr or ca. Their own blend is the one that suits the scored persons best. */
  means(
    market: Market,
    setting: Setting,
    owns: readonly number[],
    cut: string,
    isBound: boolean,
  ): Record<number, Means> {
    const found: Record<number, Means> = {};
    for (const { board, own } of this.#places(market, setting, owns, cut, isBound)) {
      const all = (blends: readonly Blend[], bare = blends): Readonly<Record<string, number>> => {
        const means = board.scored(blends);
        return Object.fromEntries(blends.map((blend, i) => [keyOf(bare[i]), means.get(keyOf(blend)) ?? Number.NaN]));
      };
      const best = own === 0 ? {} : chosen(OWN, [{ means: board.scored(OWN), persons: 1 }]);
      found[own] = {
        federated: all(FEDERATED),
        ...(isBound && { pooled: all(POOLED) }),
        ...(own > 0 && {
          own: all(OWN),
          'own and federated popularity': all(popularityBlendsOf(best), popularityBlendsOf({})),
          'own and federated': all(blendsOf(best), blendsOf({})),
          ...(isBound && { 'own and pooled': all(boundsOf(best), boundsOf({})) }),
        }),
      };
    }
    return found;
  }

  *#places(market: Market, setting: Setting, owns: readonly number[], cut: string, isBound: boolean): Iterable<Place> {
    const drawn = this.#drawnOf(market, cut);
    const board = new Board(market, drawn.board.groups);
    let sites = sitesOf(this.#world, market, drawn.own.slice(0, 0), setting, cut);
    if (setting.joins === 'late') putFederated(board, sites, termsOf(setting, cut));
    if (isBound) putPooled(board, sites, cut);
    for (const own of owns) {
      const rows = drawn.own.slice(0, own);
      const place = board.withHeld(heldOf(own));
      if (setting.joins === 'member') {
        sites = sitesOf(this.#world, market, rows, setting, cut);
        putFederated(place, sites, termsOf(setting, cut));
      }
      if (own > 0) place.take(this.#ownLists(drawn, own, cut));
      yield { board: place, own, sites };
    }
  }

  #drawnOf(market: Market, cut: string): Drawn {
    if (this.#drawn?.cut !== cut || this.#drawn.board.market !== market) {
      this.#drawn = { cut, ...boardOf(market, cut), ownLists: new Map() };
    }
    return this.#drawn;
  }

  #ownLists({ board, own: most, ownLists }: Drawn, own: number, cut: string): Board['lists'] {
    let lists = ownLists.get(own);
    if (lists === undefined) {
      const place = new Board(board.market, board.groups).withHeld(heldOf(own));
      putOwn(place, most.slice(0, own), cut);
      ({ lists } = place);
      ownLists.set(own, lists);
    }
    return lists;
  }
}

/** Choices of one platform, and their ranks among the scored persons. */
export class Picks {
  readonly #board: Board;
  readonly #prior: readonly Means[];
  readonly #ranks: Record<string, Record<Kind, string>> = {};
  readonly #chosen: Record<string, string> = {};

  constructor(board: Board, prior: readonly Means[]) {
    this.#board = board;
    this.#prior = prior;
  }

  /** @param bare the same blends under the names that the means of fr and ca have: without the own part. */
  choose(row: Row | 'shared' | 'private', blends: readonly Blend[], bare = blends): Blend {
    const names = new Map(bare.map((blend, i) => [keyOf(blend), keyOf(blends[i])]));
    const evidence = this.#prior.map((means): Evidence => {
      const known = Object.entries(means[row] ?? {}).map(([key, mean]) => [names.get(key) ?? key, mean] as const);
      return { means: new Map(known), persons: WEIGHT_OF_OTHER_MARKETS / this.#prior.length };
    });
    const persons = this.#board.groups[1].ids.length;
    if (persons > 0) evidence.push({ means: this.#board.held(blends), persons });
    return this.keep(row, chosen(blends, evidence));
  }

  keep(row: string, blend: Blend): Blend {
    const { both, popularity, uniform } = ranksOf(this.#board.lists[0], blend, this.#board.groups[0].candidates);
    this.#ranks[row] = { both: text(both), uniform: text(uniform), popularity: text(popularity) };
    this.#chosen[row] = keyOf(blend);
    return blend;
  }

  measured(plan: PlanNumbers): Measured {
    return { persons: this.#board.groups[0].ids, ranks: this.#ranks, chosen: this.#chosen, plan };
  }
}

function putFederated(board: Board, { items, members }: Sites, terms: Terms): void {
  const { vocabulary } = board.market;
  const local = (values: Float64Array): Float64Array => Float64Array.from(vocabulary, (place) => values[place]);
  board.put('T', popularityScorer(local(sharedCounts(members, items, terms))));
  const space = trainSubspace(members, items, TRAINING, terms);
  board.put('F', popularityScorer(local(space.counts)));
  SCORINGS.forEach((scoring, i) => board.put(`S${i}`, subspaceScorer(space, TRAINING, scoring, vocabulary)));
}

function putPooled(board: Board, { others }: Sites, cut: string): void {
  const rows = joined(others.map((one) => withinCatalogue(one, board.market)));
  const items = board.market.counts.length;
  board.put('p', popularityScorer(itemCounts(rows)));
  neighbourScorer(rows, items, NEIGHBOURS).forEach((scorer, i) => board.put(`k${i}`, scorer));
  board.put('a', alsScorer(rows, items, LARGE, cut));
}

function putOwn(board: Board, own: Uint32Array, cut: string): void {
  const rows = restrictPersons(board.market.train, own);
  const items = board.market.counts.length;
  board.put('P', popularityScorer(itemCounts(rows)));
  neighbourScorer(rows, items, NEIGHBOURS).forEach((scorer, i) => board.put(`K${i}`, scorer));
  [SMALL, LARGE].forEach((settings, i) => board.put(`A${i}`, alsScorer(rows, items, settings, cut)));
}

export function planNumbers({ items, members }: Sites, setting: Setting, cut: string): PlanNumbers {
  const plan = planOf(members, roundsOf(TRAINING, items), termsOf(setting, cut));
  return {
    platforms: plan.platformCount,
    colluding: plan.colluding,
    losses: plan.dropouts,
    honestMinimum: plan.honestMinimum,
    shares: setting.noise === 'local' ? 1 : plan.noiseShares,
    noiseMultiplier: plan.noiseMultiplier,
    epsilon: plan.epsilon,
    persons: members.reduce((sum, { offsets }) => sum + offsets.length - 1, 0),
  };
}

export function termsOf({ epsilon, noise }: Setting, cut: string): Terms {
  return { epsilon, delta: DELTA, noise, seed: cut };
}

function text(ranks: Uint16Array): string {
  return Array.from(ranks, (rank) => (rank > 10 ? '-' : String(rank % 10))).join('');
}

/** NDCG@10 of each person. */
export function ndcgOf(ranks: string): Float64Array {
  return Float64Array.from(ranks, (mark) => (mark === '-' ? 0 : 1 / Math.log2((mark === '0' ? 10 : Number(mark)) + 1)));
}
