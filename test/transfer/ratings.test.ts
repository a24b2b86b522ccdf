import assert from 'node:assert/strict';
import { buildDomain } from '../../core/data/build.ts';
import type { Domain } from '../../core/data/domain.ts';
import { ratingErrors } from '../../core/evaluation/rating-errors.ts';
import { Prng } from '../../core/random/prng.ts';
import { ratingBiases } from '../../core/transfer/ratings/biases.ts';
import { itemTraits } from '../../core/transfer/ratings/item-traits.ts';
import { ratingBridge } from '../../core/transfer/ratings/rating-bridge.ts';
import { ratingStyle } from '../../core/transfer/ratings/rating-style.ts';

/** Every person rates every item: 3, the item's bias, the person's bias, and how much the person's bias counts for the item. */
function world(
  persons: number,
  items: number,
): { readonly domain: Domain; readonly rating: (p: number, i: number) => number } {
  const rating = (p: number, i: number): number => 3 + ((i % 5) - 2) / 4 + (((p % 7) - 3) / 6) * (1 + (i % 2));
  const records = Array.from({ length: persons * items }, (_, n) => ({
    person: `p${Math.floor(n / items)}`,
    item: `i${String(n % items).padStart(2, '0')}`,
    rating: rating(Math.floor(n / items), n % items),
  }));
  return { domain: buildDomain('films', records), rating };
}

describe('predicted ratings', () => {
  it('have the errors of their definition', () => {
    assert.deepEqual(ratingErrors([1, 2, 5], [1, 4, 4]), { RMSE: Math.sqrt(5 / 3), MAE: 1 });
    assert.throws(() => ratingErrors([], []), { code: 'EVALUATION_NO_POSITIVES' });
  });

  it('biases: those of many ratings are found, an item of few persons is shrunk, an unknown rating counts for nothing', () => {
    const { domain } = world(210, 40);
    const { items, mean, persons } = ratingBiases(domain);
    assert.ok(Math.abs(mean - 3) < 0.01);
    assert.ok(Math.abs(items[4] - items[0] - 1) < 0.06, `${items[4] - items[0]}`);
    assert.ok(persons[6] - persons[0] > 1.1);
    const few = buildDomain('few', [
      ...Array.from({ length: 20 }, (_, n) => ({ person: `p${n}`, item: 'a', rating: 2 })),
      { person: 'p0', item: 'b', rating: 5 },
      { person: 'p1', item: 'b', rating: Number.NaN },
    ]);
    const own = ratingBiases(few, Infinity);
    assert.ok(Math.abs(own.mean - 45 / 21) < 1e-12);
    assert.ok(Math.abs(own.items[1] - (5 - 45 / 21) / 11) < 1e-12);
    assert.ok(own.persons.every((bias) => bias === 0));
    assert.throws(() => ratingBiases(buildDomain('none', [{ person: 'a', item: 'b' }])), {
      code: 'TRANSFER_EMPTY_DOMAIN',
      message: /"none" has no ratings/,
    });
  });

  it('style: depends on the own ratings alone, and begins in the middle of the scale', () => {
    assert.deepEqual(ratingStyle({ items: Uint32Array.of() }, [1, 5]), [3, 1]);
    const [mean, spread] = ratingStyle(
      { items: Uint32Array.of(1, 2, 3), ratings: Float32Array.of(5, 5, Number.NaN) },
      [1, 5],
    );
    assert.ok(Math.abs(mean - 25 / 7) < 1e-12);
    assert.ok(spread < 1.2 && spread > 0.8);
  });

  it('bridge: predicts a new person by what is released, and without a release like the average', () => {
    const { domain, rating } = world(210, 40);
    // One released number is the person's bias, the other says nothing.
    const released = new Map(Array.from({ length: 217 }, (_, p) => [`p${p}`, [(p % 7) - 3, (p * 37) % 11]]));
    const biases = ratingBiases(domain);
    const traits = itemTraits(domain, biases, new Prng('traits'));
    const predict = ratingBridge({
      domain,
      biases,
      traits,
      linked: domain.persons,
      released,
      random: new Prng('held out'),
    });
    for (const [p, i] of [
      [210, 3],
      [213, 10],
      [216, 39],
    ]) {
      assert.ok(Math.abs(predict(`p${p}`, i) - rating(p, i)) < 0.15, `${predict(`p${p}`, i)} for ${rating(p, i)}`);
    }
    assert.ok(Math.abs(predict('nobody', 0) - 2.5) < 0.15);
  });
});
