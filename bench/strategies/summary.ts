/** From rows of single seeds to means and paired gains with intervals over seeds and persons. */
import { mayBeClaimed } from '../../core/evaluation/gains.ts';
import { Prng } from '../../core/random/prng.ts';
import { viewsIn } from './encoders.ts';
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';

/** One decoder on one seed. */
export interface Row {
  readonly setting: string;
  /** `none` for a baseline. */
  readonly encoder: string;
  readonly epsilon: number | null;
  readonly decoder: string;
  readonly seed: number;
  readonly seconds: { readonly fit: number; readonly score: number };
  /** Hidden positives of each cold person. */
  readonly positives: readonly number[];
  /** Those of them without a twin on the source, where these are told apart. */
  readonly untwinned?: readonly number[];
  /**
   * Sum of NDCG@10 over the positives of each cold person, by kind of negatives; {@link NO_TWINS} behind a kind where only
   * positives without a twin count.
   */
  readonly ndcg: Readonly<Record<string, readonly number[]>>;
  readonly report?: DecoderReport;
  /** Bits that the target is told about one person. */
  readonly told?: number;
  /** Processor seconds of all platforms' encoders, with their training. */
  readonly encoderSeconds?: number;
  /** Rounds of the training, fewer than planned if they stopped early. */
  readonly roundsRun?: number;
}

/** Marks kinds of negatives under which positives with a twin do not count. */
export const NO_TWINS = ', no twins';

const countsOf = ({ positives, untwinned }: Row, kind: string): readonly number[] =>
  kind.endsWith(NO_TWINS) && untwinned !== undefined ? untwinned : positives;

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface Figure {
  readonly ndcg: number;
  readonly overPrior?: Interval;
  readonly overRidge?: Interval;
  /** Over the same views without the training, at the same epsilon. */
  readonly overViews?: Interval;
}

export interface Summary extends Pick<Row, 'setting' | 'encoder' | 'epsilon' | 'decoder'> {
  readonly seeds: number;
  /** Cold persons of all seeds together. */
  readonly persons: number;
  /** NDCG@10 and paired gains, by kind of negatives. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** Mean number of rounds of the training. */
  readonly rounds?: number;
  /** Bits that the target is told about one person, the most over seeds; absent if they were not measured. */
  readonly told?: number;
  /** Mean held-out NDCG@10 of the decoder's blend: a target can choose a decoder by it. */
  readonly heldOut?: number;
  /** Share of the seeds in which the guard accepted the decoder. */
  readonly kept?: number;
  /** Of the decoder's fit. */
  readonly seconds: number;
  /** Processor seconds of all platforms' encoders, with their training. */
  readonly encoderSeconds?: number;
}

const DRAWS = 1000;

export function summaryOf(rows: readonly Row[]): readonly Summary[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.setting, row.encoder, row.epsilon, row.decoder]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const [{ setting, encoder, epsilon, decoder }] = group;
    const prior = rows.filter((row) => row.setting === setting && row.decoder === 'prior');
    const ridge = rows.filter(
      (row) => row.setting === setting && row.encoder === encoder && row.epsilon === epsilon && row.decoder === 'ridge',
    );
    const views = viewsIn(encoder);
    const untrained = rows.filter(
      (row) => row.setting === setting && row.encoder === views && row.decoder === decoder && isAtEpsilon(row, epsilon),
    );
    const encoderSeconds = group.flatMap((row) => row.encoderSeconds ?? []);
    const rounds = group.flatMap(({ roundsRun }) => roundsRun ?? []);
    const told = group.flatMap((row) => row.told ?? []);
    const reports = group.flatMap(({ report }) => (report === undefined ? [] : [report]));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      setting,
      encoder,
      epsilon,
      decoder,
      seeds: group.length,
      persons: group.reduce((sum, { positives }) => sum + positives.length, 0),
      figures: Object.fromEntries(
        Object.keys(group[0].ndcg).map((kind) => {
          const overPrior = decoder === 'prior' ? undefined : gainOf(group, prior, kind);
          const overRidge = decoder === 'ridge' ? undefined : gainOf(group, ridge, kind);
          const overViews = gainOf(group, untrained, kind);
          const ndcg = mean(group.map((row) => total(row.ndcg[kind]) / total(countsOf(row, kind))));
          const gains = {
            ...(overPrior && { overPrior }),
            ...(overRidge && { overRidge }),
            ...(overViews && { overViews }),
          };
          return [kind, { ndcg, ...gains }];
        }),
      ),
      ...(rounds.length > 0 && { rounds: mean(rounds) }),
      ...(told.length > 0 && { told: Math.max(...told) }),
      ...(reports.length > 0 && {
        heldOut: mean(reports.map(({ heldOut }) => heldOut['blend'] ?? 0)),
        kept: mean(reports.map(({ blend }) => (blend.decoder > 0 ? 1 : 0))),
      }),
      seconds: mean(group.map(({ seconds }) => seconds.fit)),
      ...(encoderSeconds.length > 0 && { encoderSeconds: mean(encoderSeconds) }),
    };
  });
}

/** Public views cost no epsilon, and are compared with any. */
const isAtEpsilon = (row: Row, epsilon: number | null): boolean => row.epsilon === epsilon || row.epsilon === null;

/** Settings in which every seed has the same test persons, and draws only negatives and noise. */
const ONE_TEST_SET: ReadonlySet<string> = new Set(['game-video', 'video-game']);

interface Difference {
  /** Hidden positives of each person. */
  readonly counts: readonly number[];
  /** Gains summed over the positives of each person. */
  readonly gains: readonly number[];
}

/**
 * The mean paired gain over seeds that both have, 1,000 bootstrap draws. Where seeds have persons of their own, seeds are drawn and
 * persons within them. Where all seeds have the same persons, persons are drawn, each with the mean gain over seeds: further
 * draws of negatives make no persons.
 */
export function gainOf(rows: readonly Row[], over: readonly Row[], kind: string): Interval | undefined {
  const differences = rows.flatMap((row): Difference[] => {
    const other = over.find(({ seed }) => seed === row.seed);
    return other === undefined
      ? []
      : [{ counts: countsOf(row, kind), gains: row.ndcg[kind].map((value, i) => value - other.ndcg[kind][i]) }];
  });
  if (differences.length === 0) return undefined;
  const groups = ONE_TEST_SET.has(rows[0].setting) ? [meanOf(differences)] : differences;
  const prng = new Prng('bootstrap');
  const once = (): number => {
    let sum = 0;
    for (let p = 0; p < groups.length; p++) {
      const { counts, gains } = groups[prng.integer(groups.length)];
      let gain = 0;
      let count = 0;
      for (let i = 0; i < gains.length; i++) {
        const at = prng.integer(gains.length);
        gain += gains[at];
        count += counts[at];
      }
      sum += gain / count;
    }
    return sum / groups.length;
  };
  const draws = Float64Array.from({ length: DRAWS }, once).sort();
  const mean = groups.reduce((sum, { counts, gains }) => sum + total(gains) / total(counts), 0) / groups.length;
  return { mean, low: draws[Math.floor(0.025 * DRAWS)], high: draws[Math.ceil(0.975 * DRAWS) - 1] };
}

function meanOf(draws: readonly Difference[]): Difference {
  const [{ counts }] = draws;
  return { counts, gains: counts.map((_, i) => draws.reduce((sum, { gains }) => sum + gains[i] / draws.length, 0)) };
}

/** True if a gain may be claimed on the test persons of this row. */
export function isClaimed(
  gain: Interval,
  { persons, seeds, setting }: Pick<Summary, 'persons' | 'seeds' | 'setting'>,
): boolean {
  return mayBeClaimed(gain, ONE_TEST_SET.has(setting) ? persons / seeds : persons);
}

/** For each setting the row that held-out persons choose, and the one that turned out best on the cold persons. */
export interface Chosen {
  readonly setting: string;
  readonly chosen: string;
  readonly hindsight: string;
}

export const nameOf = ({ decoder, encoder }: Pick<Summary, 'decoder' | 'encoder'>): string =>
  encoder === 'none' ? decoder : `${encoder}, ${decoder}`;

/** The rows over the largest number of seeds: only rows over the same seeds can be compared by their held-out figures. */
export function rivalsOf(rows: readonly Summary[]): readonly Summary[] {
  const judged = rows.filter(({ heldOut, decoder }) => heldOut !== undefined && !decoder.includes('~'));
  const most = Math.max(...judged.map(({ seeds }) => seeds));
  return judged.filter(({ seeds }) => seeds === most);
}

export function chosenOf(rows: readonly Summary[]): readonly Chosen[] {
  return [...new Set(rows.map(({ setting }) => setting))].flatMap((setting) => {
    const rivals = rivalsOf(rows.filter((row) => row.setting === setting));
    if (rivals.length === 0) return [];
    const best = (of: (row: Summary) => number): string =>
      nameOf(rivals.reduce((first, row) => (of(row) > of(first) ? row : first)));
    const cold = ({ figures }: Summary): number => {
      const kinds = Object.entries(figures).filter(([kind]) => !kind.endsWith(NO_TWINS));
      return kinds.reduce((sum, [, { ndcg }]) => sum + ndcg / kinds.length, 0);
    };
    return [{ setting, chosen: best(({ heldOut = 0 }) => heldOut), hindsight: best(cold) }];
  });
}

/** Rows of an earlier measurement. A row of this one takes the place of the same row if it has at least as many seeds, and else adds what the target is told. */
export function merged(before: readonly Summary[], now: readonly Summary[]): readonly Summary[] {
  const same = (a: Summary, b: Summary): boolean =>
    a.setting === b.setting && a.encoder === b.encoder && a.epsilon === b.epsilon && a.decoder === b.decoder;
  const kept = before.map((old) => {
    const row = now.find((one) => same(one, old));
    if (row !== undefined && row.seeds >= old.seeds) return row;
    return row?.told === undefined ? old : { ...old, told: row.told };
  });
  return [...kept, ...now.filter((row) => !before.some((old) => same(row, old)))];
}

/** Paired gains of every row over one row of the same seeds, by kind of negatives, as text. @param name as `nameOf` gives it */
export function gainsOver(rows: readonly Row[], name: string): string {
  const titles = [...new Set(rows.map((row) => `${row.setting} ${nameOf(row)}`))];
  const lines = titles.flatMap((title) => {
    const group = rows.filter((row) => title === `${row.setting} ${nameOf(row)}` && nameOf(row) !== name);
    const over = rows.filter((row) => row.setting === group.at(0)?.setting && nameOf(row) === name);
    return Object.keys(group.at(0)?.ndcg ?? {}).flatMap((kind) => {
      const gain = gainOf(group, over, kind);
      return gain === undefined ? [] : [`${title}, ${kind}: over ${name} ${text(gain)}`];
    });
  });
  return lines.join('\n');
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(4)}`;
const text = ({ mean, low, high }: Interval): string => `${signed(mean)} [${signed(low)}, ${signed(high)}]`;

const gainOver = (name: string, gain: Interval | undefined): string => (gain ? ` ${name} ${text(gain)}` : '');

export function summaryText(summaries: readonly Summary[]): string {
  return summaries
    .map(({ setting, encoder, epsilon, decoder, seeds, figures, heldOut, kept, rounds, seconds, told }) => {
      const cells = Object.entries(figures).map(
        ([kind, { ndcg, overPrior, overRidge, overViews }]) =>
          `${kind} ${ndcg.toFixed(4)}${gainOver('prior', overPrior)}${gainOver('ridge', overRidge)}${gainOver('views', overViews)}`,
      );
      const chosen = heldOut === undefined ? '' : ` held-out ${heldOut.toFixed(4)} kept ${String(kept)}`;
      return `${setting} ${encoder} eps ${epsilon ?? '-'} ${decoder.padEnd(16)} x${seeds} ${seconds.toFixed(0)} s${chosen}${told === undefined ? '' : ` told ${told}`}${rounds === undefined ? '' : ` rounds ${rounds.toFixed(1)}`}\n    ${cells.join('\n    ')}`;
    })
    .join('\n');
}
