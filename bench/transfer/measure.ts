/** Turns scores into figures: HR@10 and NDCG@10 per seed, and each method's paired gain over the prior. */
import type { ColdPerson } from '../../core/data/cold-person.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { gainOverSeeds, pairedGain } from '../../core/evaluation/gains.ts';
import { gains, rankMetrics } from '../../core/evaluation/metrics.ts';
import type { Negatives } from '../../core/evaluation/negatives.ts';
import { mean, standardDeviation } from '../../core/evaluation/results.ts';

export interface MeasuredSeed {
  readonly evaluations: readonly Evaluation[];
}

/** Evaluations by method: one entry per seed, and in it one per kind of negatives. */
export type Measured = Map<string, Evaluation[][]>;

export function measure(
  into: Measured,
  method: string,
  scorer: (person: string) => Float32Array,
  setting: {
    readonly cold: readonly ColdPerson[];
    readonly items: number;
    readonly negatives: readonly Negatives[];
    readonly seed: number;
  },
): void {
  const evaluations = evaluateColdStart({ ...setting, scorer: (_index, { person }) => scorer(person) });
  const known = into.get(method);
  if (known) known.push(evaluations);
  else into.set(method, [evaluations]);
}

const scoreOf = (evaluation: Evaluation, metric: string): number =>
  rankMetrics(evaluation, { cutoffs: [10] }).find((one) => one.metric === metric)?.mean ?? Number.NaN;

const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(4)}`;

/** One line per method and kind of negatives: its figures, and its paired gain over each reference. */
export function table(measured: Measured, references: readonly string[]): string {
  const width = Math.max(...Array.from(measured.keys(), (method) => method.length));
  const lines = kindsOf(measured).flatMap((kind, k) => [
    `  ${kind} negatives`,
    ...Array.from(measured, ([method, seeds]) => {
      const reached = ['HR@10', 'NDCG@10'].map((metric) => {
        const values = seeds.map((evaluations) => scoreOf(evaluations[k], metric));
        return `${metric} ${mean(values).toFixed(4)} ± ${(standardDeviation(values) ?? 0).toFixed(4)}`;
      });
      const gained = references.flatMap((reference) => {
        const zero = measured.get(reference);
        if (zero === undefined || method === reference) return [];
        const values = seeds.map(
          (evaluations, s) => pairedGain(evaluations[k], zero[s][k], (rank) => gains.ndcg(rank, 10)).mean,
        );
        return [gainText(values, reference)];
      });
      return `    ${method.padEnd(width)}  ${reached.join('  ')}${gained.join('')}`;
    }),
  ]);
  return lines.join('\n');
}

/** NDCG@10 of every seed, in the form that `shares.ts` reads. */
export interface FigureLine {
  readonly title: string;
  readonly negatives: string;
  readonly method: string;
  /** Mean NDCG@10 of each seed. */
  readonly ndcg: readonly number[];
}

/** JSON lines, one per method and kind of negatives. */
export function figures(title: string, measured: Measured): string {
  const lines = kindsOf(measured).flatMap((negatives, k) =>
    Array.from(measured, ([method, seeds]): FigureLine => {
      return { title, negatives, method, ndcg: seeds.map((evaluations) => scoreOf(evaluations[k], 'NDCG@10')) };
    }),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function kindsOf(measured: Measured): readonly string[] {
  return (
    measured
      .values()
      .next()
      .value?.[0].map(({ negatives }) => negatives) ?? []
  );
}

function gainText(values: readonly number[], reference: string): string {
  const { mean: middle, low, high } = gainOverSeeds(values);
  const interval = Number.isFinite(low) ? ` [${signed(low)}, ${signed(high)}]` : '';
  return `  over ${reference} ${signed(middle)}${interval}`;
}
