/** From kept cells to figures: means over markets, gains with intervals, curves. */
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import type { CutGains } from '../../core/evaluation/clustered-gain.ts';
import type { Gain } from '../../core/evaluation/gains.ts';
import { KINDS } from '../../core/evaluation/two-kinds.ts';
import type { Kind } from '../../core/evaluation/two-kinds.ts';
import { ndcgOf } from './cell.ts';
import type { Measured, PlanNumbers } from './cell.ts';
import type { Cell, Kept, Part } from './cells.ts';
import { settingKey } from './setting.ts';
import type { Setting } from './setting.ts';

export interface Compared {
  readonly row: string;
  readonly over: string;
  readonly markets: readonly string[];
  /** Least number of cuts of a market. */
  readonly cuts: number;
  readonly gains: Readonly<Record<Kind, Gain>>;
  /** Gains by market, with both kinds of negatives in one list. */
  readonly byMarket: Readonly<Record<string, Gain>>;
}

export interface SettingSummary {
  readonly setting: Setting;
  readonly own: number;
  /** NDCG@10, mean over markets. */
  readonly ndcg: Readonly<Record<string, Readonly<Record<Kind, number>>>>;
  readonly compared: readonly Compared[];
  readonly plan: PlanNumbers;
  /** Share of the cuts in which held-out persons gave the federation's subspace a weight above 0. */
  readonly used: number | null;
}

export interface Goal {
  readonly goal: string;
  readonly figure: Gain;
  readonly reached: boolean;
  readonly by: string;
}

export interface Summary {
  readonly bound: readonly SettingSummary[];
  readonly goals: readonly SettingSummary[];
  readonly verdicts: readonly Goal[];
  readonly members: readonly SettingSummary[];
  readonly diagnosis: readonly SettingSummary[];
  readonly curves: readonly { readonly axis: string; readonly points: readonly CurvePoint[] }[];
}

export interface CurvePoint extends SettingSummary {
  readonly at: string;
}

interface ScoredCell {
  readonly market: string;
  readonly measured: Measured;
}

interface Group {
  readonly part: Part;
  readonly setting: Setting;
  readonly own: number;
  readonly point: Cell['point'];
  readonly cells: ScoredCell[];
}

type Pair = readonly [row: string, over: string];

const WITH = 'own and federated';

export function summaryOf(kept: readonly Kept[]): Summary {
  const groups = groupsOf(kept);
  const of = (part: Part, pairs: (own: number) => readonly Pair[]): SettingSummary[] =>
    groups.filter((group) => group.part === part).map((group) => settingSummary(group, pairs(group.own)));
  const goals = of('goals', (own) =>
    own === 0
      ? [['federated', 'federated popularity']]
      : [
          [WITH, 'own'],
          [WITH, 'own and federated popularity'],
          ['own and federated popularity', 'own'],
          ['federated', 'own'],
        ],
  );
  const points = groups.flatMap(({ point, ...group }) => {
    if (point === undefined) return [];
    const pairs: readonly Pair[] = [
      [WITH, 'own'],
      ['federated', 'federated popularity'],
    ];
    return [{ axis: point.axis, at: point.at, ...settingSummary(group, pairs) }];
  });
  return {
    bound: of('goals', (own) =>
      own === 0
        ? [['pooled', 'federated popularity']]
        : [
            ['own and pooled', 'own'],
            ['pooled', 'own'],
          ],
    ),
    goals,
    verdicts: goals.map(verdictOf),
    members: of('members', () => [[WITH, 'own']]),
    diagnosis: of('diagnosis', () => [['shared', 'private']]),
    curves: [...new Set(points.map(({ axis }) => axis))].map((axis) => ({
      axis,
      points: points.filter((point) => point.axis === axis).map(({ axis: _, ...point }) => point),
    })),
  };
}

/** Cells of one setting and number of own persons, in the order of their first appearance, the fewest own persons first. */
function groupsOf(kept: readonly Kept[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { cell, measured = {} } of kept) {
    for (const [own, one] of Object.entries(measured)) {
      const { part, setting, market } = cell;
      const key = [part, settingKey(setting), cell.point?.axis, own].join(' | ');
      const group = groups.get(key) ?? { part, setting, own: Number(own), point: cell.point, cells: [] };
      groups.set(key, group);
      group.cells.push({ market, measured: one });
    }
  }
  return [...groups.values()].sort((a, b) => (settingKey(a.setting) === settingKey(b.setting) ? a.own - b.own : 0));
}

function settingSummary(
  { cells, own, setting }: Pick<Group, 'cells' | 'own' | 'setting'>,
  pairs: readonly Pair[],
): SettingSummary {
  const markets = [...new Set(cells.map(({ market }) => market))];
  const rows = Object.keys(cells[0].measured.ranks);
  const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const ndcg = (row: string, kind: Kind): number =>
    mean(
      markets.map((market) =>
        mean(
          cells
            .filter((cell) => cell.market === market)
            .flatMap(({ measured }) => Array.from(ndcgOf(measured.ranks[row][kind]))),
        ),
      ),
    );
  const weights = cells.flatMap(({ measured }) => measured.chosen[WITH] ?? []);
  return {
    setting,
    own,
    ndcg: Object.fromEntries(
      rows.map((row) => [
        row,
        { both: ndcg(row, 'both'), uniform: ndcg(row, 'uniform'), popularity: ndcg(row, 'popularity') },
      ]),
    ),
    compared: pairs.map(([row, over]) => {
      const cutsOf = (market: string, kind: Kind): CutGains[] =>
        cells.filter((cell) => cell.market === market).map(({ measured }) => gainsOf(measured, row, over, kind));
      const seed = `${row}/${over}`;
      const gain = (kind: Kind): Gain =>
        clusteredGain(
          markets.map((market) => cutsOf(market, kind)),
          seed,
        );
      return {
        row,
        over,
        markets,
        cuts: Math.min(...markets.map((market) => cutsOf(market, 'both').length)),
        gains: { both: gain('both'), uniform: gain('uniform'), popularity: gain('popularity') },
        byMarket: Object.fromEntries(markets.map((market) => [market, clusteredGain([cutsOf(market, 'both')], seed)])),
      };
    }),
    plan: cells[0].measured.plan,
    used: weights.length === 0 ? null : mean(weights.map((key) => (/\bS\d/.test(key) ? 1 : 0))),
  };
}

function gainsOf({ persons, ranks }: Measured, row: string, over: string, kind: Kind): CutGains {
  const other = ndcgOf(ranks[over][kind]);
  return { persons, gains: ndcgOf(ranks[row][kind]).map((value, i) => value - other[i]) };
}

function verdictOf({ compared, own }: SettingSummary): Goal {
  const [first] = compared;
  const figure = first.gains.both;
  const by = `${first.markets.join(', ')}; ${first.cuts} cuts`;
  switch (own) {
    case 0:
      return {
        goal: '0 own persons: at least .02 over federated popularity',
        figure,
        reached: figure.mean >= 0.02,
        by,
      };
    case 30: {
      const goal = '30 own persons: at least .02 over the best without a federation, interval above zero';
      return { goal, figure, reached: figure.mean >= 0.02 && figure.low > 0, by };
    }
    case 100:
      return { goal: '100 own persons: interval above zero', figure, reached: figure.low > 0, by };
    default: {
      const all = [...KINDS.map((kind) => first.gains[kind]), ...Object.values(first.byMarket)];
      const goal = `${own} own persons: no interval wholly below zero`;
      return { goal, figure, reached: all.every(({ high }) => high >= 0), by };
    }
  }
}
