/** The cells of a run, in the order in which they are measured, and what is kept of each. */
import type { Means, Measured } from './cell.ts';
import { CHOOSING, SCORED } from './markets.ts';
import { CENTRE, GOAL, MEMBER, OWN_PERSONS, settingKey } from './setting.ts';
import type { Setting } from './setting.ts';

export const PARTS = ['goals', 'members', 'curves', 'diagnosis'] as const;
export type Part = (typeof PARTS)[number];

export interface Cell {
  readonly part: Part;
  /** `choose`: a cell of fr or ca, which only decides choices for the other markets. */
  readonly role: 'choose' | 'score';
  readonly market: string;
  readonly cut: number;
  readonly setting: Setting;
  readonly owns: readonly number[];
  /** Point of a curve: axis and value. */
  readonly point?: { readonly axis: string; readonly at: string };
}

export interface Kept {
  readonly key: string;
  readonly cell: Cell;
  /** Processor time that the cell took. */
  readonly seconds: number;
  /** Means by number of own persons. */
  readonly means?: Readonly<Record<number, Means>>;
  readonly measured?: Readonly<Record<number, Measured>>;
}

export function cellKey({ part, role, market, cut, setting, owns }: Cell): string {
  return [part, role, market, cut, settingKey(setting), owns.join(' ')].join(' | ');
}

/** Names a cut: its persons, candidates, noise and starting values. It was fixed before any cut was scored. */
export function cutSeed({ role, market, cut }: Pick<Cell, 'role' | 'market' | 'cut'>): string {
  return `2026-11-30 fresh/${role}/${market}/${cut}`;
}

export interface Amounts {
  readonly cuts: number;
  readonly choosingCuts: number;
}

/** Most cuts of each market, and of fr and ca. */
const MOST: Readonly<Record<Part, Amounts>> = {
  goals: { cuts: 1000, choosingCuts: 1000 },
  members: { cuts: 1000, choosingCuts: 2 },
  // The means of fr and ca come from the cells of the goals.
  curves: { cuts: 3, choosingCuts: 0 },
  diagnosis: { cuts: 2, choosingCuts: 1 },
};

/** @param mostOwn largest number of own persons in a market. */
export function cellsOf(part: Part, amounts: Amounts, mostOwn: (market: string) => number): Cell[] {
  const cells = (role: Cell['role'], markets: readonly string[], count: number): Cell[] =>
    Array.from({ length: count }, (_, cut) =>
      markets.flatMap((market) =>
        settingsOf(part).flatMap((one): Cell[] => {
          const owns = one.owns.filter((own) => own <= mostOwn(market));
          return owns.length === 0 ? [] : [{ part, role, market, cut, ...one, owns }];
        }),
      ),
    ).flat();
  return [
    ...cells('choose', CHOOSING, Math.min(amounts.choosingCuts, MOST[part].choosingCuts)),
    ...cells('score', part === 'curves' ? CURVED : SCORED, Math.min(amounts.cuts, MOST[part].cuts)),
  ];
}

/** Markets of the curves: a small, a middle and a large one. With 200 own persons, in would leave nobody to be scored. */
const CURVED = ['jp', 'de', 'uk'];

type Planned = Pick<Cell, 'setting' | 'owns' | 'point'>;

function settingsOf(part: Part): Planned[] {
  switch (part) {
    case 'goals':
      return [{ setting: GOAL, owns: OWN_PERSONS }];
    case 'members':
      return [{ setting: MEMBER, owns: [100, 300, 1000] }];
    case 'curves':
      return curves();
    case 'diagnosis':
      return [
        { setting: MEMBER, owns: [100] },
        { setting: MEMBER, owns: [1000] },
      ];
  }
}

/** The points of the curves: each changes one setting of the centre. */
function curves(): Planned[] {
  const point = (axis: string, at: string | number, change: Partial<Setting>, own = 200): Planned => ({
    setting: { ...CENTRE, ...change },
    owns: [own],
    point: { axis, at: String(at) },
  });
  return [
    point('centre', 'centre', {}),
    ...[30, 100, 300].map((own) => point('own persons', own, {}, own)),
    ...[1, 2, 8, null].map((epsilon) => point('epsilon', epsilon ?? 'none', { epsilon })),
    point('all of the noise at each platform', 4, { noise: 'local' }),
    ...[3, 10, 50].map((n) => point('platforms, the same persons', n, { platforms: { n, each: 'all' } })),
    ...[3, 5, 10, 50].map((n) => point('platforms of 250 persons', n, { platforms: { n, each: 250 } })),
    ...[0, 0.5].map((common) => point('common part of the catalogue', common, { common })),
  ];
}
