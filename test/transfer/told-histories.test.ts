import assert from 'node:assert/strict';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { bitsOf, boxOf, quantised } from '../../core/release/quantise.ts';
import { Prng } from '../../core/random/prng.ts';
import type { LiveReadout } from '../../core/transfer/decoder/readout.ts';
import { HistoryReader, learnHistories } from '../../core/transfer/decoder/told-histories.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { boxOfHistory, historyOfBox, MOST_BOXED_ITEMS } from '../../core/transfer/encoder/history-box.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { PublicShape } from '../../core/transfer/encoder.ts';

const ITEMS = 60;
const SLOTS = 8;
const sent = { at: 2, slots: SLOTS, items: ITEMS };
const prng = new Prng('told histories');
/** Two tastes: items below 30, and the others. */
const histories = Array.from({ length: 80 }, (_, person) =>
  Uint32Array.from(new Set(Array.from({ length: 6 }, () => (person % 2) * 30 + prng.integer(30)))),
);

/** A vector with two other numbers, scaled as a release scales it. */
const vectorOf = (history: Uint32Array, others: readonly [number, number] = [0.6, 0.8]): Float32Array =>
  Float32Array.of(...others, ...boxOfHistory(history, SLOTS)).map((value) => value / Math.SQRT2);

const persons = histories.map((_, person) => `p${person}`);
const received: ReceivedRepresentations = {
  source: 'shop',
  noiseModel: { kind: 'exact' },
  dimension: SLOTS + 3,
  persons,
  vectors: Float32Array.from(histories.flatMap((history) => [...vectorOf(history)])),
  history: sent,
};

describe('a history that is sent itself', () => {
  it('comes back item by item, the latest ones if there are more than slots, whatever scale it had on its way', () => {
    const place = { at: 0, slots: SLOTS, items: MOST_BOXED_ITEMS };
    for (const history of [[5], [MOST_BOXED_ITEMS - 1, 0, 7], Array.from({ length: 20 }, (_, i) => 999_980 + i)]) {
      const box = boxOfHistory(Uint32Array.from(history), SLOTS);
      assert.equal(box.length, SLOTS + 1);
      for (const scale of [1, Math.fround(1 / Math.sqrt(3)), 1e-3]) {
        const scaled = box.map((value) => scale * value);
        const latest = history.slice(-SLOTS).sort((a, b) => a - b);
        assert.deepEqual([...historyOfBox(scaled, place)], latest);
      }
    }
    assert.deepEqual(boxOfHistory(new Uint32Array(0), SLOTS), new Float32Array(SLOTS + 1));
  });

  it('leaves out what stands for no item, because a source may send anything', () => {
    const place = { at: 0, slots: 4, items: 10 };
    assert.deepEqual(historyOfBox(Float32Array.of(3, 3, 11, -2, 1), place), Uint32Array.of(2));
    for (const unit of [0, NaN, Infinity]) {
      assert.deepEqual(historyOfBox(Float32Array.of(1, 2, 3, 4, unit), place), new Uint32Array(0));
    }
  });

  it('becomes numbers by which persons with items in common are alike, beside the other numbers of the source', () => {
    const reader = new HistoryReader(learnHistories([received], factorMemory('told').factorise));
    const [{ dimension, vectors }] = reader.all([received]);
    const row = (person: number): Float32Array => vectors.subarray(person * dimension, (person + 1) * dimension);
    const alike = (a: number, b: number): number => row(a).reduce((sum, value, i) => sum + value * row(b)[i], 0);
    const pairs = [0, 1, 2, 3, 4, 5].flatMap((a) => [7, 8, 9, 10].map((b) => [a, b] as const));
    const meanOf = (own: boolean): number => {
      const some = pairs.filter(([a, b]) => (a % 2 === b % 2) === own);
      return some.reduce((sum, [a, b]) => sum + alike(a, b) / some.length, 0);
    };
    assert.ok(meanOf(true) > meanOf(false) + 0.15, `${meanOf(true)} ${meanOf(false)}`);
    assert.deepEqual(
      [...row(0).subarray(0, 2)].map((value) => value.toFixed(4)),
      ['0.6000', '0.8000'],
    );
  });

  it('is read alike when a decoder is fitted and when it answers; other sources stay as they are', () => {
    const reader = new HistoryReader(learnHistories([received], factorMemory('told').factorise));
    const [{ dimension, vectors }] = reader.all([received]);
    let asked: readonly Float32Array[] = [];
    const readout = reader.before({
      scores: (released) => {
        asked = released.map(({ vector }) => vector);
        return undefined;
      },
      direction: () => new Float64Array(0),
    });
    const other = { source: 'other', vector: Float32Array.of(1, 2) };
    readout.scores([{ source: 'shop', vector: vectorOf(histories[3]) }, other]);
    assert.deepEqual(asked, [vectors.slice(3 * dimension, 4 * dimension), other.vector]);
    readout.scores([{ source: 'shop', vector: new Float32Array(SLOTS + 3) }]);
    assert.deepEqual(asked, [new Float32Array(dimension)]);
  });

  it('tells as many bits as its padded box, and is not rounded', () => {
    const box = boxOf(received);
    const bitsOfItem = 6;
    assert.equal(bitsOf([box], 3), SLOTS * bitsOfItem + 2 * 3);
    const coarse = quantised(vectorOf(histories[0]), box, 1);
    assert.deepEqual(historyOfBox(coarse, sent), histories[0].slice().sort());
  });

  it('is refused where codes are randomised, below a training that reads coordinates, and for too many items', () => {
    const encoder = encoderNamed('history');
    const shape = (items: number, mode: 'raw' | 'ldp' | 'cohort'): PublicShape => ({
      platforms: [{ name: 'shop', items, personsAbout: 100, releases: true }],
      maxPlatformsPerPerson: 2,
      rounds: 0,
      release: { mode, epsilon0: mode === 'raw' ? null : 4 },
    });
    assert.deepEqual(encoder.queries(shape(MOST_BOXED_ITEMS, 'raw'), 'shop'), []);
    for (const mode of ['ldp', 'cohort'] as const) {
      assert.throws(() => encoder.queries(shape(ITEMS, mode), 'shop'), {
        code: 'TRANSFER_SETTING',
        message: new RegExp(`release mode ${mode} randomises numbers, .* choose release raw`),
      });
    }
    assert.throws(() => encoder.queries(shape(MOST_BOXED_ITEMS + 1, 'raw'), 'shop'), {
      code: 'TRANSFER_SETTING',
      message: /numbers at most 1000000 items, and "shop" has 1000001/,
    });
    assert.throws(() => encoderNamed('history>autoencoder'), { code: 'TRANSFER_PIECE', message: /projection instead/ });
  });

  it('leaves a readout everything that it has: what finds the best items without all scores, attention, posterior', () => {
    const all: Required<LiveReadout> = {
      scores: () => Float32Array.of(1),
      held: { map: undefined, of: () => Float32Array.of(1), ofSome: () => Float32Array.of(1) } as never,
      features: () => Float64Array.of(2),
      direction: () => Float64Array.of(3),
      attention: () => ({ shop: 1 }),
      posterior: () => undefined,
    };
    const read = new HistoryReader({}).before(all);
    assert.deepEqual(Object.keys(read).toSorted(), Object.keys(all).toSorted());
    assert.equal(read.held, all.held);
    assert.deepEqual(read.features?.([]), Float64Array.of(2));
  });
});
