/** Links between persons: common friends, suggestions among those who consented, communities, friends' items. */
import assert from 'node:assert/strict';
import { mutualInformation } from '../../core/evaluation/partitions.ts';
import { Prng } from '../../core/random/prng.ts';
import { kMeans, spreadCentres } from '../../core/transfer/linear-algebra/k-means.ts';
import { spectralCommunities } from '../../core/transfer/social/communities.ts';
import { fitFriends } from '../../core/transfer/social/friends.ts';
import { fitInfluence, friendItems } from '../../core/transfer/social/influence.ts';
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

describe('communities', () => {
  it('are the cliques that few links join', () => {
    const truth = Uint32Array.from({ length: 30 }, (_, p) => p % 3);
    const pairs: [number, number][] = [
      [0, 1],
      [1, 2],
    ];
    for (let a = 0; a < 30; a++) for (let b = 0; b < a; b++) if (truth[a] === truth[b]) pairs.push([a, b]);
    assert.equal(mutualInformation(spectralCommunities(mutualLinks(30, pairs), 3, '1'), truth), 1);
  });

  it('groups by k-means are those of rows that lie together', () => {
    const prng = new Prng('k-means');
    const rows = Float64Array.from({ length: 60 }, (_, at) => 10 * (Math.floor(at / 2) % 3) + prng.gaussian());
    const { cost, groups } = kMeans(rows, 2, spreadCentres(rows, 2, 3, prng), 10);
    assert.equal(
      mutualInformation(
        groups,
        Uint32Array.from({ length: 30 }, (_, row) => row % 3),
      ),
      1,
    );
    assert.ok(cost < 100, `${cost}`);
  });
});

describe("friends' items", () => {
  const domain = {
    name: 'shop',
    persons: ['a', 'b', 'c'],
    catalogue: ['0', '1', '2', '3', '4', '5'],
    offsets: Uint32Array.of(0, 1, 3, 4),
    items: Uint32Array.of(0, 1, 2, 2),
  };
  const links = mutualLinks(3, [
    [0, 1],
    [0, 2],
  ]);

  it('share one vote of each friend', () => {
    assert.deepEqual(friendItems(domain, links, 0), Float32Array.of(0, 0.5, 1.5, 0, 0, 0));
    assert.deepEqual(friendItems(domain, links, 1), Float32Array.of(1, 0, 0, 0, 0, 0));
  });

  /** Thirty pairs of friends who have the same two items; the second of one of them is hidden. */
  const circle = (consents: Uint8Array): { readonly weight: number; readonly shown: number } => {
    const persons = 60;
    const items = Array.from({ length: persons }, (_, p) => {
      const own = [p % 30, 30 + ((7 * (p % 30)) % 30)];
      return p < 20 ? own.slice(0, 1) : own;
    });
    const offsets = new Uint32Array(persons + 1);
    items.forEach((own, p) => (offsets[p + 1] = offsets[p] + own.length));
    const shop = {
      name: 'shop',
      persons: items.map((_, p) => `p${p}`),
      catalogue: Array.from({ length: 60 }, (_, item) => `${item}`),
      offsets,
      items: Uint32Array.from(items.flat()),
    };
    const heldOut = shop.persons.slice(0, 20).map((person, p) => ({
      person,
      positives: Uint32Array.of(30 + ((7 * p) % 30)),
    }));
    const friends = mutualLinks(
      persons,
      Array.from({ length: 30 }, (_, p) => [p, p + 30] as const),
    );
    const own = (): Float32Array => new Float32Array(60);
    const found = fitInfluence({ domain: shop, links: friends, consents, own, heldOut, seed: '1' });
    return { weight: found.weight, shown: found.scores(0)[30] };
  };

  it('get a weight where they are what held-out persons took', () => {
    const { shown, weight } = circle(new Uint8Array(60).fill(1));
    assert.ok(weight > 0 && shown > 0, `${weight} ${shown}`);
  });

  it('of friends without consent show nowhere', () => {
    const { shown } = circle(Uint8Array.from({ length: 60 }, (_, p) => (p < 30 ? 1 : 0)));
    assert.equal(shown, 0);
  });
});
