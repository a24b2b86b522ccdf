/** Intervals of bench:strategies: what they cover, and what may be claimed. */
import assert from 'node:assert/strict';
import { gainOf, gainsOver, isClaimed, merged, summaryOf } from '../../bench/strategies/summary.ts';
import type { Interval, Row } from '../../bench/strategies/summary.ts';
import { encoderIn, viewsIn } from '../../bench/strategies/encoders.ts';
import { Prng } from '../../core/random/prng.ts';

/** @param level of each person's figure, the same in every seed but for the noise of the draw */
function rowsOf(setting: string, decoder: string, level: (person: number) => number): Row[] {
  return Array.from({ length: 10 }, (_, seed) => {
    const prng = new Prng(`${decoder}/${seed}`);
    const ndcg = Array.from({ length: 100 }, (__, person) => level(person) + 0.01 * prng.gaussian());
    const row = { setting, encoder: 'none', epsilon: null, decoder, seed };
    return { ...row, seconds: { fit: 0, score: 0 }, positives: ndcg.map(() => 1), ndcg: { uniform: ndcg } };
  });
}

const widthOf = (setting: string): number => {
  const unlike = Float64Array.from({ length: 100 }, (_, person) => (person % 2 === 0 ? 0.3 : -0.2));
  const gain = gainOf(
    rowsOf(setting, 'own', (person) => unlike[person]),
    rowsOf(setting, 'prior', () => 0),
    'uniform',
  );
  assert.ok(gain !== undefined && Math.abs(gain.mean - 0.05) < 0.005);
  return gain.high - gain.low;
};

describe('figures of bench:strategies', () => {
  it('ten draws over the same hundred persons are a hundred persons, not a thousand', () => {
    // Persons differ by .25 on both sides, so the mean of a hundred has an interval of 2 · 1.96 · .25 / 10.
    assert.ok(Math.abs(widthOf('game-video') - 0.098) < 0.015, String(widthOf('game-video')));
    assert.ok(widthOf('sports-toys') < 0.05, String(widthOf('sports-toys')));
  });

  it('what a target is told is added to figures of more seeds, and stays with figures of as many', () => {
    const rows = rowsOf('sports-toys', 'own', () => 0.3);
    const [before] = summaryOf(rows);
    const [fewer] = summaryOf(rows.slice(0, 3).map((row, seed) => ({ ...row, told: 30 + seed })));
    assert.deepEqual(merged([before], [fewer]), [{ ...before, told: 32 }]);
    const [again] = summaryOf(rows.map((row) => ({ ...row, told: 40 })));
    assert.deepEqual(merged([before], [again]), [again]);
  });

  it('gains over a named row are paired, and every other row has one', () => {
    const rows = [rowsOf('sports-toys', 'own', () => 0.3), rowsOf('sports-toys', 'other', () => 0.2)].flat();
    const text = gainsOver(rows, 'other');
    assert.match(text, /^sports-toys own, uniform: over other \+0\.(09|10)\d\d \[\+/);
    assert.equal(text.split('\n').length, 1);
  });

  it('a trained encoder is compared with the same views at the same epsilon, and no other', () => {
    const of = (encoder: string, epsilon: number | null, level: number): Row[] =>
      rowsOf('beauty+food-kitchen', 'ridge', () => level).map((row) => ({ ...row, encoder, epsilon }));
    const rows = [
      ...of('subspace>two-towers two-towers.dimension=4', 4, 0.3),
      ...of('private-subspace', 4, 0.2),
      ...of('private-subspace', 2, 0.1),
      ...of('text>gru', 4, 0.3),
      ...of('text', null, 0.25),
    ];
    const over = summaryOf(rows).map(({ figures }) => figures['uniform'].overViews?.mean.toFixed(2));
    assert.deepEqual(over, ['0.10', undefined, undefined, '0.05', undefined]);
  });

  it('the text of an encoder names its pieces, its settings and its rounds', () => {
    const text = 'text+subspace>two-towers text.numbers=8 two-towers.patience=2 rounds=20';
    assert.deepEqual(encoderIn(text), {
      expression: 'text+subspace>two-towers',
      changes: { 'text.numbers': 8, 'two-towers.patience': 2 },
      rounds: 20,
    });
    assert.equal(viewsIn(text), 'text+subspace text.numbers=8');
    assert.equal(viewsIn('shared-trunk'), 'private-subspace');
    assert.equal(viewsIn('shared-subspace'), undefined);
    assert.equal(viewsIn('private-subspace'), undefined);
  });

  it('no gain under .02 is claimed on fewer than 600 persons', () => {
    const small: Interval = { mean: 0.015, low: 0.01, high: 0.02 };
    const of = (setting: string, persons: number) => ({ setting, persons, seeds: 10 });
    assert.equal(isClaimed(small, of('sports-toys', 700)), true);
    assert.equal(isClaimed(small, of('sports-toys', 500)), false);
    // 2,160 rows of ten draws are 216 persons.
    assert.equal(isClaimed(small, of('game-video', 2160)), false);
    assert.equal(isClaimed({ mean: 0.03, low: 0.01, high: 0.05 }, of('game-video', 2160)), true);
    assert.equal(isClaimed({ mean: 0.03, low: -0.01, high: 0.07 }, of('sports-toys', 7000)), false);
  });
});
