import assert from 'node:assert/strict';
import type { Interactions } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { fitNewcomer } from '../../core/transfer/newcomer/newcomer.ts';
import { OwnNeighbours } from '../../core/transfer/newcomer/own-neighbours.ts';
import type { SharedVectors } from '../../core/transfer/encoder/item-vectors.ts';
import { rowsOf } from '../../compliance/domain-of-rows.ts';

const GROUPS = 20;
const ITEMS = 400;

/** Persons who like one of twenty groups of twenty items, and five items of it. */
function persons(count: number, seed: string): readonly number[][] {
  const prng = new Prng(seed);
  return Array.from({ length: count }, () => {
    const group = prng.integer(GROUPS);
    const own = Array.from({ length: ITEMS / GROUPS }, (_, at) => GROUPS * at + group);
    return prng.shuffle(own).slice(0, 5);
  });
}

/** Vectors that show the group of most items, or nothing but noise. */
function vectors(tell: boolean): SharedVectors {
  const prng = new Prng('vectors');
  const directions = Float32Array.from({ length: ITEMS * GROUPS }, (_, at) => {
    const isOwn = at % GROUPS === Math.floor(at / GROUPS) % GROUPS;
    return (tell && isOwn ? 1 : 0) + 0.1 * prng.gaussian();
  });
  return {
    dimension: GROUPS,
    directions,
    weights: new Float64Array(ITEMS).fill(1),
    counts: new Float64Array(ITEMS).fill(3),
  };
}

/** Mean reciprocal rank of each person's last item after the others. */
function quality(own: Interactions, shared: SharedVectors | undefined): { quality: number; weight: number } {
  const newcomer = fitNewcomer({ own, items: ITEMS, seed: 'test', ...(shared && { shared }) });
  const test = persons(100, 'later');
  const ranks = test.map((items) => {
    const history = Uint32Array.from(items.slice(0, -1));
    const scores = newcomer.scores(history);
    const hidden = items[items.length - 1];
    // An item with an equal score is ahead in half of the orders.
    const ahead = (score: number): number => (score === scores[hidden] ? 0.5 : score > scores[hidden] ? 1 : 0);
    return scores.reduce((rank, score, item) => rank + (history.includes(item) ? 0 : ahead(score)), 0.5);
  });
  return { quality: ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length, weight: newcomer.weights.shared };
}

describe('a newcomer', () => {
  it('gains by shared vectors while it has few persons', () => {
    const own = rowsOf(persons(30, 'own'));
    const [alone, together] = [quality(own, undefined), quality(own, vectors(true))];
    assert.equal(alone.weight, 0);
    assert.ok(together.weight > 0);
    assert.ok(together.quality > alone.quality + 0.05, `${together.quality} against ${alone.quality}`);
  });

  it('gives vectors that tell nothing little weight, and loses little by them', () => {
    const own = rowsOf(persons(100, 'own'));
    const [alone, misled] = [quality(own, undefined), quality(own, vectors(false))];
    assert.ok(misled.weight <= 0.2, `weight ${misled.weight}`);
    assert.ok(misled.quality > alone.quality - 0.02, `${misled.quality} against ${alone.quality}`);
  });

  it('serves before it has anybody, by what the federation knows', () => {
    const nobody = rowsOf([]);
    const { quality: reached } = quality(nobody, vectors(true));
    assert.ok(reached > 0.1);
    const newcomer = fitNewcomer({ own: nobody, items: ITEMS, seed: 'test' });
    assert.equal(newcomer.validated, 0);
    assert.ok(newcomer.scores(Uint32Array.of(1, 2)).every((score) => score === 0));
  });

  it('scores an own person’s item exactly as if it had never been seen', () => {
    const rows = persons(40, 'own');
    const whole = new OwnNeighbours(rowsOf(rows), ITEMS);
    rows.slice(0, 10).forEach(([hidden, ...rest], row) => {
      const without = new OwnNeighbours(rowsOf(rows.with(row, rest)), ITEMS);
      const history = Uint32Array.from(rest);
      const [as, exact] = [whole.scores(history, row), without.scores(history)];
      assert.ok(Math.abs(as[hidden] - exact[hidden]) < 1e-12, `${as[hidden]} and ${exact[hidden]}`);
      // Candidates are items that the person does not have: nothing about them may change.
      for (let item = 0; item < ITEMS; item++) {
        if (!rows[row].includes(item)) assert.ok(Math.abs(as[item] - exact[item]) < 1e-12);
      }
    });
  });
});
