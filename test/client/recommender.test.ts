import assert from 'node:assert/strict';
import { Recommender } from '../../client/serving/recommender.ts';
import type { RecommenderOptions } from '../../client/serving/recommender.ts';
import { Prng } from '../../core/random/prng.ts';
import { bestOfAll } from '../../core/transfer/decoder/best-rows.ts';
import type { Best } from '../../core/transfer/decoder/best-rows.ts';

/** A recommender over these scores for a person who has `own` items here. */
function recommenderOf(
  scores: Float32Array,
  own: readonly number[],
  best: RecommenderOptions['decoder']['best'] = (_, k, items = new Uint32Array(0)) => bestOfAll(scores, k, items),
): Recommender {
  const catalogue = Array.from(scores, (_, item) => `i${item}`);
  const domain = {
    name: 'd',
    persons: ['p'],
    catalogue,
    offsets: Uint32Array.of(0, own.length),
    items: Uint32Array.from(own),
  };
  return new Recommender({
    decoder: { best, explain: () => ({ basis: 'prior', parts: [] }) },
    people: { domain, rowOfPseudonym: () => 0, hasHistory: () => true },
    newcomer: () => undefined,
    received: { person: () => [] },
    version: {},
    statement: { claims: [], warnings: [] },
  } as unknown as RecommenderOptions);
}

describe('a list of recommendations', () => {
  for (const k of [1, 10, 300, 5000]) {
    it(`holds the ${k} best that the person does not have, ties in catalogue order`, async () => {
      const prng = new Prng('list');
      // Few levels, so that most scores tie, and some that are no scores.
      const scores = Float32Array.from({ length: 4000 }, () => prng.integer(40) / 8);
      scores.set([-Infinity, NaN], 7);
      const own = Array.from(prng.sample(4000, 200)).sort((a, b) => a - b);
      const isOwn = new Set(own);
      const expected = Array.from(scores.keys())
        .filter((item) => scores[item] > -Infinity && !isOwn.has(item))
        .sort((a, b) => scores[b] - scores[a] || a - b)
        .slice(0, k);
      const before = scores.slice();
      const { items } = await recommenderOf(scores, own).recommend('p', k);
      assert.deepEqual(
        items.map(({ item }) => item),
        expected.map((item) => `i${item}`),
      );
      assert.deepEqual(scores, before, 'the decoder may keep its scores');
    });
  }

  it('hands the own items to the decoder, and says that the list rests on them', async () => {
    const scores = new Float32Array(6);
    const asked: unknown[] = [];
    const best = (_: unknown, k: number, own = new Uint32Array(0)): Best => {
      asked.push(Array.from(own));
      return bestOfAll(scores, k, own);
    };
    assert.match(
      (await recommenderOf(scores, [1, 4], best).recommend('p', 2)).claim,
      /^This list rests on this person's own history here and on other persons/,
    );
    assert.match(
      (await recommenderOf(scores, [], best).recommend('p', 2)).claim,
      /^This list rests on other persons of this platform alone/,
    );
    assert.deepEqual(asked, [[1, 4], []]);
  });
});
