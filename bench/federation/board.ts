/** Lists of those who are scored and, beside them, of the platform's own held-out persons. */
import { coldPlatformCut } from '../../core/evaluation/cold-platform.ts';
import type { Blend, Lists } from './choice.ts';
import { meansOf } from './choice.ts';
import { firstOf, groupOf, listOf } from './lists.ts';
import type { Group, Scorer } from './lists.ts';
import type { Market } from './markets.ts';
import { OWN_PERSONS } from './setting.ts';

/** Persons that are scored, and most that are held out, in one cut. */
const MOST_PERSONS = 200;

export class Board {
  readonly market: Market;
  /** The scored persons, then the held-out persons. */
  readonly groups: readonly [Group, Group];
  readonly lists: readonly [Map<string, Float32Array>, Map<string, Float32Array>];

  constructor(market: Market, groups: readonly [Group, Group], lists?: readonly [Lists, Lists]) {
    this.market = market;
    this.groups = groups;
    this.lists = [new Map(lists?.[0]), new Map(lists?.[1])];
  }

  put(name: string, scorer: Scorer): void {
    this.groups.forEach((group, g) => this.lists[g].set(name, listOf(group, this.market.counts.length, scorer)));
  }

  /** Takes over the lists of a board with the same persons. */
  take(lists: Board['lists']): void {
    lists.forEach((of, g) => of.forEach((list, name) => this.lists[g].set(name, list)));
  }

  /** The board with only the first `count` held-out persons. The scored persons stay. Lists that are put later are not shared. */
  withHeld(count: number): Board {
    const [scored, held] = this.groups;
    const less = firstOf(held, count);
    const end = less.candidates.items.length;
    const lists = new Map([...this.lists[1]].map(([name, list]) => [name, list.subarray(0, end)]));
    return new Board(this.market, [scored, less], [this.lists[0], lists]);
  }

  scored(blends: readonly Blend[]): ReadonlyMap<string, number> {
    return meansOf(this.lists[0], blends, this.groups[0].candidates);
  }

  held(blends: readonly Blend[]): ReadonlyMap<string, number> {
    return meansOf(this.lists[1], blends, this.groups[1].candidates);
  }
}

/** @returns the board, and `own`: rows of the largest number of own persons of any setting. A smaller setting takes the first of them. */
export function boardOf(market: Market, cut: string): { readonly board: Board; readonly own: Uint32Array } {
  const mostOwn = mostOwnOf(market);
  const seed = `${cut}/${market.name}`;
  const { own, scored } = coldPlatformCut(market, { own: mostOwn, mostOwn, scored: MOST_PERSONS, seed });
  const held = own.slice(0, MOST_PERSONS);
  return { own, board: new Board(market, [groupOf(market, scored, cut), groupOf(market, held, cut)]) };
}

/** Number of own persons that are held out. */
export function heldOf(own: number): number {
  return Math.min(own, MOST_PERSONS);
}

/** Largest number of own persons for which a market leaves at least 100 to be scored. */
export function mostOwnOf({ hidden }: Pick<Market, 'hidden'>): number {
  const eligible = hidden.reduce((sum, item) => sum + (item >= 0 ? 1 : 0), 0);
  return Math.max(...OWN_PERSONS.filter((own) => own <= eligible - 100));
}
