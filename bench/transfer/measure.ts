/** Scores to figures: HR@10 and NDCG@10 per seed, and what each method gains over the prior, pair by pair. */
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

/** By method, one entry a seed. */
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

/** One line a method and kind of negatives. */
export function table(measured: Measured, reference: string): string {
  const width = Math.max(...Array.from(measured.keys(), (method) => method.length));
  const kinds =
    measured
      .values()
      .next()
      .value?.[0].map(({ negatives }) => negatives) ?? [];
  const lines = kinds.flatMap((kind, k) => [
    `  ${kind} negatives`,
    ...Array.from(measured, ([method, seeds]) => {
      const figures = ['HR@10', 'NDCG@10'].map((metric) => {
        const values = seeds.map((evaluations) => scoreOf(evaluations[k], metric));
        return `${metric} ${mean(values).toFixed(4)} ± ${(standardDeviation(values) ?? 0).toFixed(4)}`;
      });
      const zero = measured.get(reference);
      const gain =
        zero === undefined || method === reference
          ? ''
          : gainText(
              seeds.map(
                (evaluations, s) => pairedGain(evaluations[k], zero[s][k], (rank) => gains.ndcg(rank, 10)).mean,
              ),
              reference,
            );
      return `    ${method.padEnd(width)}  ${figures.join('  ')}${gain}`;
    }),
  ]);
  return lines.join('\n');
}

function gainText(values: readonly number[], reference: string): string {
  const { mean: middle, low, high } = gainOverSeeds(values);
  const interval = Number.isFinite(low) ? ` [${signed(low)}, ${signed(high)}]` : '';
  return `  over ${reference} ${signed(middle)}${interval}`;
}
