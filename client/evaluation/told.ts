/**
 * Measures how much a target is told about one person: the bits of the vectors that it received, rounded as coarsely as still ranks cold
 * persons as well. The decoder stays as it was fitted.
 * @module
 */
import { gains } from '../../core/evaluation/metrics.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { TOLD_BITS, TOLD_TOLERANCE } from '../../core/evaluation/results.ts';
import type { RowSubject, SeedRow } from '../../core/evaluation/results.ts';
import { bitsOf, coarsestBits, quantised, roundedNumbers, WHOLE_BITS } from '../../core/release/quantise.ts';
import type { Box } from '../../core/release/quantise.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';

export interface Told {
  readonly subject: RowSubject;
  readonly seed: string | number;
  readonly boxes: readonly Box[];
  /** The evaluations of the vectors as they are. */
  readonly whole: readonly Evaluation[];
  /** Evaluates the same persons on changed vectors. */
  readonly evaluate: (
    change: (released: readonly ReleasedVector[]) => readonly ReleasedVector[],
  ) => readonly Evaluation[];
}

/** The row with the bits of one person's boxes, at the coarsest numbers that cost less than TOLD_TOLERANCE of NDCG@10. */
export function toldRow({ boxes, evaluate, seed, subject, whole }: Told): SeedRow {
  const scales = new Map(boxes.map((box) => [box.source, box]));
  const coarser = (bits: number) => (released: readonly ReleasedVector[]) =>
    released.map(({ source, vector }) => {
      const box = scales.get(source);
      return { source, vector: box === undefined || box.codes > 0 ? vector : quantised(vector, box, bits) };
    });
  const hasNumbers = boxes.some((box) => roundedNumbers(box) > 0);
  const bits = hasNumbers
    ? coarsestBits((some) => quality(some === WHOLE_BITS ? whole : evaluate(coarser(some))), TOLD_TOLERANCE)
    : 0;
  const told = bitsOf(boxes, bits);
  const [{ negatives, offsets }] = whole;
  return {
    ...subject,
    ...{ seed, negatives, twins: 'with', group: 'all', metric: TOLD_BITS },
    ...{ mean: told, personMean: told, n: offsets.length - 1 },
  };
}

/** Mean NDCG@10 over all kinds of negatives. */
function quality(evaluations: readonly Evaluation[]): number {
  const means = evaluations.map(
    ({ ranks }) => ranks.reduce((sum, rank) => sum + gains.ndcg(rank, 10), 0) / ranks.length,
  );
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}
