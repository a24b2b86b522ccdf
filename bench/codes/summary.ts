/** From rows of single seeds to gains with intervals and to shares of the gain of a raw release. */
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import type { CutGains } from '../../core/evaluation/clustered-gain.ts';
import { mean } from '../../core/evaluation/results.ts';
import { shareOf } from '../transfer/share.ts';
import type { Cell, Share } from '../transfer/share.ts';

/** One release on one seed. */
export interface CodeRow {
  /** SOURCES>TARGET. */
  readonly setting: string;
  /** `none` for a baseline. */
  readonly encoder: string;
  /** A release mode, or the name of a baseline. */
  readonly mode: string;
  /** eps0 of all codes of one person together; null if nothing bounds it. */
  readonly total: number | null;
  /** Sources whose codes are used, joined by `+`. */
  readonly senders: string;
  readonly seed: number;
  /** Ids of the cold persons, who have positives. */
  readonly persons: readonly string[];
  /** Number of positives of each person. */
  readonly counts: readonly number[];
  /** NDCG@10 summed over the positives of each person, by kind of negatives. */
  readonly sums: Readonly<Record<string, readonly number[]>>;
  readonly cpuSeconds: number;
}

/** Names a release on a seed. */
export type CodeKey = Omit<CodeRow, 'persons' | 'counts' | 'sums' | 'cpuSeconds'>;

/** One release in one setting, over seeds. */
export interface CodeSummary extends Pick<CodeRow, 'setting' | 'encoder' | 'mode' | 'total' | 'senders'> {
  readonly seeds: number;
  /** Test persons; a person of several seeds counts once. */
  readonly persons: number;
  readonly figures: Readonly<Record<string, CodeFigure>>;
}

interface CodeGain {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface CodeFigure {
  readonly ndcg: number;
  readonly overPrior: CodeGain;
  /** Over codes of `private-subspace` with the same eps0 of the same sources. */
  readonly overSubspace?: CodeGain;
}

export interface Frontier {
  readonly rows: readonly CodeSummary[];
  /** Shares of the gain of linear-bridge's raw release in settings with one source, over the seeds that all have. */
  readonly shares: readonly (Pick<CodeRow, 'encoder' | 'mode' | 'total'> & Share & { readonly seeds: number })[];
}

export const keyOf = ({ encoder, mode, seed, senders, setting, total }: CodeKey): string =>
  JSON.stringify([setting, encoder, mode, total, senders, seed]);

const nameOf = ({ encoder, mode, senders, total }: Pick<CodeRow, 'encoder' | 'mode' | 'total' | 'senders'>): string =>
  JSON.stringify([encoder, mode, total, senders]);

export function summaryOf(rows: readonly CodeRow[]): Frontier {
  return {
    rows: [...grouped(rows, (row) => `${row.setting} ${nameOf(row)}`).values()].flatMap((group) => rowOf(group, rows)),
    shares: sharesOf(rows),
  };
}

const SUBSPACE = 'private-subspace';

function rowOf(group: readonly CodeRow[], all: readonly CodeRow[]): CodeSummary[] {
  const [{ encoder, mode, senders, setting, sums, total }] = group;
  if (mode === 'prior') return [];
  const ofSetting = all.filter((row) => row.setting === setting);
  const priors = ofSetting.filter((row) => row.mode === 'prior');
  const subspaces = ofSetting.filter(
    (row) => row.encoder === SUBSPACE && row.mode === mode && row.total === total && row.senders === senders,
  );
  const comparesSubspace = encoder !== 'none' && encoder !== SUBSPACE && subspaces.length > 0;
  const figures = Object.keys(sums).map((kind): readonly [string, CodeFigure] => [
    kind,
    {
      ndcg: rounded(mean(group.map((row) => quality(row, kind)))),
      overPrior: gainOf(group, priors, kind),
      ...(comparesSubspace && { overSubspace: gainOf(group, subspaces, kind) }),
    },
  ]);
  const persons = new Set(group.flatMap((row) => row.persons)).size;
  return [
    {
      ...{ setting, encoder, mode, total, senders, seeds: group.length, persons },
      figures: Object.fromEntries(figures),
    },
  ];
}

/** The paired gain on the seeds that both have. */
function gainOf(group: readonly CodeRow[], references: readonly CodeRow[], kind: string): CodeGain {
  const paired = group.flatMap((row) => {
    const reference = references.find(({ seed }) => seed === row.seed);
    return reference === undefined ? [] : [{ row, reference }];
  });
  const cuts = paired.map(({ row, reference }): CutGains => ({
    persons: row.persons,
    counts: row.counts,
    gains: row.sums[kind].map((value, person) => value - reference.sums[kind][person]),
  }));
  const { low, high } = clusteredGain([cuts], `${group[0].setting} ${nameOf(group[0])} ${kind}`);
  const gain = mean(paired.map(({ row, reference }) => quality(row, kind) - quality(reference, kind)));
  return { mean: rounded(gain), low: rounded(low), high: rounded(high) };
}

const RAW: Pick<CodeRow, 'encoder' | 'mode' | 'total'> = { encoder: 'linear-bridge', mode: 'raw', total: null };

function sharesOf(rows: readonly CodeRow[]): Frontier['shares'] {
  const alone = rows.filter(({ setting }) => !setting.includes('+'));
  const settings = [...new Set(alone.map(({ setting }) => setting))];
  const method = ({ encoder, mode, total }: Pick<CodeRow, 'encoder' | 'mode' | 'total'>): string =>
    JSON.stringify([encoder, mode, total]);
  const baseline = (mode: string): string => method({ encoder: 'none', mode, total: null });
  const needed = [method(RAW), baseline('prior'), baseline('popularity')];
  return [
    ...grouped(
      alone.filter(({ encoder }) => encoder !== 'none'),
      method,
    ).values(),
  ].flatMap((group) => {
    const own = method(group[0]);
    const seeds = [...new Set(group.map(({ seed }) => seed))].filter((seed) =>
      settings.every((setting) =>
        [own, ...needed].every((name) =>
          alone.some((row) => row.setting === setting && row.seed === seed && method(row) === name),
        ),
      ),
    );
    if (seeds.length < 2 || own === method(RAW)) return [];
    const cells = settings.flatMap((setting) =>
      Object.keys(group[0].sums).map((kind): Cell => {
        const of = (name: string): number[] =>
          seeds.flatMap((seed) =>
            alone
              .filter((row) => row.setting === setting && row.seed === seed && method(row) === name)
              .map((row) => quality(row, kind)),
          );
        return new Map([own, ...needed].map((name) => [name, of(name)]));
      }),
    );
    const { each, ...share } = shareOf(cells, own, needed[0], needed.slice(1));
    const [{ encoder, mode, total }] = group;
    return [
      {
        ...{ encoder, mode, total, seeds: seeds.length },
        each: each.map(rounded),
        ...{ mean: rounded(share.mean), low: rounded(share.low), high: rounded(share.high) },
      },
    ];
  });
}

function quality({ counts, sums }: CodeRow, kind: string): number {
  return mean(sums[kind]) / mean(counts);
}

const rounded = (value: number): number => Math.round(1e4 * value) / 1e4;

function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

const gainText = ({ high, low, mean: gain }: CodeGain): string =>
  `${gain.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;

export function summaryText({ rows, shares }: Frontier): string {
  const lines = rows.map(({ encoder, figures, mode, seeds, senders, setting, total }) => {
    const cells = Object.entries(figures).map(
      ([kind, { ndcg, overPrior, overSubspace }]) =>
        `${kind} ${ndcg.toFixed(4)} ${gainText(overPrior)}${overSubspace ? ` over subspace ${gainText(overSubspace)}` : ''}`,
    );
    return `${setting} ${senders} ${encoder} ${mode} ${total ?? ''} x${seeds}: ${cells.join('  ')}`;
  });
  const kept = shares.map(
    ({ each, encoder, high, low, mean: share, mode, seeds, total }) =>
      `${encoder} ${mode} ${total ?? ''} x${seeds}: ${each.map((one) => one.toFixed(2)).join(' ')}  mean ${share.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
  );
  return [...lines, "shares of the gain of linear-bridge's raw release:", ...kept].join('\n');
}
