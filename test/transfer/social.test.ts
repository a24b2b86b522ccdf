/** Links between persons: common friends, suggestions among those who consented. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { fitFriends } from '../../core/transfer/social/friends.ts';
import { adamicAdar, consentedLinks, linkedWith, mutualLinks, pairsOf } from '../../core/transfer/social/links.ts';
import { HIDDEN } from '../../core/transfer/social/standardised.ts';

describe('links between persons', () => {
  it('are mutual, once, and never with oneself', () => {
    const links = mutualLinks(4, [
      [2, 0],
      [0, 2],
      [1, 1],
      [0, 3],
    ]);
    assert.deepEqual(
      [0, 1, 2, 3].map((p) => [...linkedWith(links, p)]),
      [[2, 3], [], [0], [0]],
    );
    assert.deepEqual(pairsOf(links), [
      [0, 2],
      [0, 3],
    ]);
  });

  it('of which an end did not consent are left out', () => {
    const links = mutualLinks(3, [
      [0, 1],
      [1, 2],
    ]);
    assert.deepEqual(pairsOf(consentedLinks(links, Uint8Array.of(1, 1, 0))), [[0, 1]]);
  });

  it('Adamic-Adar sums 1 / log(friends) over common friends', () => {
    // 0 and 3 have the friends 1 (three friends) and 2 (two friends) in common; 4 is a friend of 1 alone.
    const links = mutualLinks(5, [
      [0, 1],
      [0, 2],
      [3, 1],
      [3, 2],
      [4, 1],
    ]);
    const scores = adamicAdar(links, 0);
    assert.equal(scores[3], Math.fround(1 / Math.log(3) + 1 / Math.log(2)));
    assert.equal(scores[4], Math.fround(1 / Math.log(3)));
    assert.equal(scores[0], 0, 'nobody is suggested to oneself');
  });
});

describe('friend suggestions', () => {
  const persons = 60;
  const prng = new Prng('suggestions');
  const pairs = Array.from({ length: 240 }, (): readonly [number, number] => {
    const circle = prng.integer(3);
    return [3 * prng.integer(20) + circle, 3 * prng.integer(20) + circle];
  });
  const consents = Uint8Array.from({ length: persons }, (_, p) => (p % 10 === 9 ? 0 : 1));
  const dimension = 2;
  const vectors = Float32Array.from({ length: persons * dimension }, () => prng.gaussian());
  const suggest = (own: typeof pairs): ReturnType<typeof fitFriends> =>
    fitFriends({ links: mutualLinks(persons, own), consents, tastes: { dimension, vectors }, dimension: 4, seed: '1' });
  const all = suggest(pairs);

  it('are never a friend, oneself, or somebody without consent', () => {
    const scores = all.scores(0);
    const friends = linkedWith(mutualLinks(persons, pairs), 0);
    const hidden = [0, ...Array.from(friends), ...Array.from(consents.keys()).filter((p) => consents[p] === 0)];
    assert.ok(friends.length > 0);
    scores.forEach((score, p) => assert.equal(score === HIDDEN, hidden.includes(p), String(p)));
  });

  it('do not depend on the links of somebody without consent', () => {
    const without = suggest(pairs.filter((ends) => ends.every((p) => consents[p] === 1)));
    assert.ok(pairs.some((ends) => ends.some((p) => consents[p] === 0)));
    for (const p of [0, 1, 2]) assert.deepEqual(all.scores(p), without.scores(p));
    assert.deepEqual(all.weights, without.weights);
  });

  it('are not made for somebody without consent', () => {
    assert.ok(all.scores(9).every((score) => score === HIDDEN));
  });

  it('find the circle: more friends of the circle than others among the first ten', () => {
    const order = Array.from(all.scores(0).keys()).sort((a, b) => all.scores(0)[b] - all.scores(0)[a]);
    const found = order.slice(0, 5).filter((p) => p % 3 === 0).length;
    assert.ok(found >= 4, `${found} of 5`);
  });
});
