import assert from 'node:assert/strict';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { negativesByName } from '../../core/evaluation/negatives.ts';
import { aggregate, seedRows } from '../../core/evaluation/results.ts';
import { buildDomain } from '../../core/data/build.ts';
import { formatTable, resultsTables } from '../../simulations/report/table.ts';

describe('precision, recall and F1', () => {
  it('are in the rows and in the table of a run that ranks the whole catalogue', () => {
    const records = Array.from({ length: 30 }, (_, i) => ({ person: `p${i}`, item: `i${String(i).padStart(2, '0')}` }));
    const target = buildDomain('films', records);
    // Of four hidden items, the list of ten holds three.
    const cold = [{ person: 'new', positives: Uint32Array.of(0, 1, 2, 29), sourceInteractions: 5 }];
    const evaluations = evaluateColdStart({
      scorer: () => Float32Array.from(target.catalogue, (_, item) => -item),
      cold,
      items: 30,
      negatives: [negativesByName('full', { target, seed: '1' })],
      seed: '1',
    });
    const subject = { target: 'films', sources: ['books'], method: 'm', release: 'raw', epsilon: 4, epsilon0: null };
    const rows = aggregate(
      seedRows({ subject, seed: '1', evaluations, cold, popularity: new Uint32Array(30).fill(1) }),
    );
    const of = (metric: string): number | undefined => rows.find((row) => row.metric === metric)?.mean;
    assert.deepEqual([of('Precision@10'), of('Recall@10'), of('F1@10')], [0.3, 0.75, 6 / 14]);
    const world = { directions: [{ target: 'films', sources: ['books'], coldPersons: 1, warmPersons: 5 }] };
    const [table] = resultsTables({ rows: rows as Parameters<typeof resultsTables>[0]['rows'], world: world as never });
    assert.match(formatTable(table), /Recall@10 full +Precision@10 full +F1@10 full/);
    assert.match(formatTable(table), /m \(raw, eps 4\).*\.750 +\.300 +\.429/);
  });
});
