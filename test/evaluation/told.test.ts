/** What a target is told about one person, in bits, as tables print it. */
import assert from 'node:assert/strict';
import { toldRow } from '../../client/evaluation/told.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { TOLD_BITS } from '../../core/evaluation/results.ts';
import type { ResultRow } from '../../core/evaluation/results.ts';
import { boxOf } from '../../core/release/quantise.ts';
import type { Box } from '../../core/release/quantise.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';
import { headlines, toldCell } from '../../simulations/report/headline.ts';
import { formatTable, resultsTables } from '../../simulations/report/table.ts';

const subject = { target: 't', sources: ['s'], method: 'm', release: 'raw', epsilon: 4, epsilon0: null };
/** Released numbers of ten persons, between -1 and 1. */
const released = Array.from({ length: 10 }, (_, i): ReleasedVector[] => [
  { source: 's', vector: Float32Array.of(i / 4.5 - 1, 1 - i / 4.5, i % 2) },
]);
const box = boxOf({
  source: 's',
  noiseModel: { kind: 'exact' },
  dimension: 3,
  persons: released.map((_, i) => `p${i}`),
  vectors: Float32Array.from(released.flatMap(([{ vector }]) => Array.from(vector))),
});

/** Ranks of ten positives, one per person. */
const evaluation =
  (rank: (released: readonly ReleasedVector[]) => number) =>
  (change: (one: readonly ReleasedVector[]) => readonly ReleasedVector[]): Evaluation[] => [
    {
      negatives: 'uniform',
      offsets: Uint32Array.from({ length: 11 }, (_, i) => i),
      ranks: Uint32Array.from(released, (one) => rank(change(one))),
    },
  ];

function bitsFor(rank: (released: readonly ReleasedVector[]) => number, boxes: readonly Box[] = [box]): number {
  const evaluate = evaluation(rank);
  const row = toldRow({ subject, seed: 1, boxes, whole: evaluate((one) => one), evaluate });
  assert.deepEqual([row.metric, row.n, row.mean], [TOLD_BITS, 10, row.personMean]);
  return row.mean;
}

describe('what a target is told', () => {
  it('is one bit per number where only signs are read, and more where levels are', () => {
    assert.equal(
      bitsFor(([{ vector }]) => (vector[0] > 0 ? 1 : 5)),
      3,
    );
    assert.equal(
      bitsFor(([{ vector }]) => (Math.abs(vector[0]) > 0.51 ? 1 : 5)),
      6,
    );
    // The first number is read to the last bit.
    const exact = new Set(released.map(([{ vector }]) => vector[0]));
    assert.equal(
      bitsFor(([{ vector }]) => (exact.has(vector[0]) ? 1 : 9)),
      96,
    );
  });

  it('counts the padded box of every source, codes by their number, and nothing where nothing is sent', () => {
    const first = ([{ vector }]: readonly ReleasedVector[]): number => (vector[0] > 0 ? 1 : 5);
    const codes = { source: 'c', scales: new Float32Array(6), codes: 32 };
    const nothing = { source: 'n', scales: new Float32Array(0), codes: 0 };
    assert.equal(bitsFor(first, [box, codes, nothing]), 3 + 5);
    assert.equal(bitsFor(first, [codes]), 5);
    assert.equal(bitsFor(first, [nothing]), 0);
  });

  it('stands in every table of a run', () => {
    const row = (metric: string, mean: number): ResultRow => ({
      ...subject,
      ...{
        negatives: 'uniform',
        twins: 'with',
        group: 'all',
        metric,
        mean,
        personMean: mean,
        std: null,
        n: 10,
        seeds: 1,
      },
    });
    const rows = [row('NDCG@10', 0.3), row(TOLD_BITS, 6)] as never;
    const world = { directions: [{ target: 't', sources: ['s'], coldPersons: 10, warmPersons: 5 }] } as never;
    const [table] = resultsTables({ rows, world });
    assert.match(formatTable(table), /told, bits\n[^]*m \(raw, eps 4\) +\.300 +6$/);
    const [headline] = headlines({ rows, gains: [], config: {} }, 't');
    assert.equal(toldCell(headline), 'a vector, no limit: 6 bits');
  });
});
