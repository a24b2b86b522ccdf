/**
 * The figures that a run's answer, its first table and its first picture show: NDCG@10 of all cold persons, and its gain over the
 * prior.
 * @module
 */
import { ablationOf } from '../ablations.ts';
import type { Ablation } from '../ablations.ts';
import type { GainRow, ResultRow, Results } from '../results.ts';
import { asDeclared } from '../../core/claims/declared.ts';
import { declarerOf } from '../../core/packages/pieces.ts';
import { TOLD_BITS } from '../../core/evaluation/results.ts';
import { isKnownMode, isLocalMode } from '../../core/release/registry.ts';
import { DEFAULT_DECODER } from '../../core/transfer/readouts/registry.ts';
import { isOfStrategy } from '../../client/evaluation/measure.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import { methodLabel, REFERENCE_ROWS } from './table.ts';

export interface Headline {
  readonly label: string;
  readonly row: ResultRow;
  /** Bits that the target is told about one person; absent where nothing was sent or measured. */
  readonly told: ResultRow | undefined;
  /** Absent for the prior itself, and where no gain was measured. */
  readonly gain: GainRow | undefined;
  /** True for a method of platforms that keep their data, with all of its mechanisms on. */
  readonly isStrategy: boolean;
  /** Present for a method with one of its mechanisms switched off. */
  readonly ablation?: Ablation;
}

type Measured = Pick<Results, 'rows' | 'gains' | 'config'>;

/** The headline rows of one target, against uniform negatives if there are several kinds. */
export function headlines({ config, gains, rows }: Measured, target: string): readonly Headline[] {
  const all = rows.filter(
    (row) => row.target === target && row.metric === 'NDCG@10' && row.group === 'all' && row.twins === 'with',
  );
  const negatives = all.some((row) => row.negatives === 'uniform') ? 'uniform' : 'full';
  return all
    .filter((row) => row.negatives === negatives)
    .map((row) => {
      const ablation = ablationOf(row.method, servingDecoder(config));
      return {
        label: methodLabel(row),
        row,
        told: rows.find((one) => one.metric === TOLD_BITS && one.target === target && isSame(one, row)),
        gain: gains.find((gain) => gain.target === target && gain.negatives === negatives && isSame(gain, row)),
        isStrategy: ablation === undefined && !REFERENCE_ROWS.includes(row.method),
        ...(ablation && { ablation }),
      };
    });
}

function servingDecoder(config: Results['config']): string {
  const [first] = (config['decoder'] as readonly string[] | undefined) ?? [DEFAULT_DECODER];
  return first;
}

type Subject = Pick<ResultRow, 'method' | 'release' | 'epsilon' | 'epsilon0'>;

export function isSame(a: Subject, b: Subject): boolean {
  return a.method === b.method && a.release === b.release && a.epsilon === b.epsilon && a.epsilon0 === b.epsilon0;
}

/** Three decimals, without the zero before them. */
export const figure = (value: number): string => value.toFixed(3).replace(/^(-?)0/, '$1');

/** Three decimals with their sign, without the zero before them. */
export const signedFigure = (value: number): string => `${value < 0 ? '' : '+'}${figure(value)}`;

/** Gain and its 95 % interval. */
export function gainText({ high, low, mean }: Pick<GainRow, 'mean' | 'low' | 'high'>): string {
  return `${signedFigure(mean)} [${figure(low)}, ${figure(high)}]`;
}

/** The representation of one person that each source sends to the target. */
export function toldText({ epsilon0, release }: Pick<ResultRow, 'release' | 'epsilon0'>): string {
  if (!isKnownMode(release) || release === 'none') return 'nothing';
  if (!isLocalMode(release)) return 'a vector, no limit';
  const declared = asDeclared(declarerOf('releaseModes', release)).slice(0, -1);
  return `a random code${epsilon0 === null ? '' : `, epsilon0 ${upward(epsilon0)}${declared}`}`;
}

/** The text of {@link toldText} with the bits of one representation, as client/evaluation/told.ts measures them. */
export function toldCell({ row, told }: Pick<Headline, 'row' | 'told'>): string {
  return told === undefined ? toldText(row) : `${toldText(row)}: ${Math.round(told.mean)} bits`;
}

/** The figures of a strategy so far, in a line; for several decoders or releases the best of them. */
export function figuresText(results: Measured, target: string, strategy: string): string {
  const all = headlines(results, target);
  const best = all
    .filter(
      ({ row, ablation }) => isOfStrategy(row.method, strategy) && (ablation === undefined || row.method === strategy),
    )
    .sort((a, b) => b.row.mean - a.row.mean)
    .at(0);
  if (best === undefined) return '';
  const beside = ['prior', 'ceiling'].flatMap((name) =>
    all.filter(({ row }) => row.method === name).map(({ row }) => `${name} ${figure(row.mean)}`),
  );
  return `NDCG@10 ${figure(best.row.mean)} (${beside.join(', ')})`;
}
