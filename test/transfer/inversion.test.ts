/** Inversion attacks between their two ends, and what is told at the coarsest numbers that serve. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { coarsestBits, quantised, scalesOf } from '../../core/release/quantise.ts';
import { encodeHistory } from '../../core/transfer/encoder/item-vectors.ts';
import { publicProjection } from '../../core/transfer/encoder/projection.ts';
import {
  linearAttack,
  matchingPursuit,
  mean,
  popularityGuess,
  probed,
  recalls,
} from '../../simulations/audit/inversion.ts';
import type { Person } from '../../simulations/audit/inversion.ts';

const ITEMS = 300;
const catalogue = Array.from({ length: ITEMS }, (_, item) => `i${item}`);

/** Histories of four to twelve items, popular ones more often. */
function histories(seed: string, count: number): readonly Uint32Array[] {
  const prng = new Prng(seed);
  return Array.from({ length: count }, () => {
    const own = new Set<number>();
    while (own.size < 4 + (count % 9)) own.add(Math.floor(ITEMS * prng.uniform() ** 2));
    return Uint32Array.from(own);
  });
}

function persons(seed: string, count: number, width: number): readonly Person[] {
  const vectors = publicProjection('shop', catalogue, Math.max(1, width));
  return histories(seed, count).map((history) => ({
    history,
    vector: width === 0 ? null : encodeHistory(history, vectors),
  }));
}

describe('inversion of what a target is told', () => {
  it('the history itself gives recall 1, and nothing sent gives the popularity guess', () => {
    const [known, victims] = [persons('known', 200, 0), persons('victims', 60, 0)];
    const exact = victims.map((victim) => recalls(() => [...victim.history], [victim])[0]);
    assert.deepEqual(new Set(exact), new Set([1]));
    const guess = recalls(popularityGuess(known, ITEMS), victims);
    assert.ok(mean(guess) > 0 && mean(guess) < 0.5);
    const vectors = publicProjection('shop', catalogue, 8);
    assert.deepEqual(recalls(matchingPursuit(vectors, known), victims), guess);
    assert.deepEqual(recalls(linearAttack(known, ITEMS), victims), guess);
  });

  it('a wide public projection gives most of the history away, and a narrow one little', () => {
    const recallAt = (width: number): number => {
      const attack = matchingPursuit(publicProjection('shop', catalogue, width), persons('known', 100, width));
      return mean(recalls(attack, persons('victims', 60, width)));
    };
    const [wide, narrow] = [recallAt(256), recallAt(8)];
    assert.ok(wide > 0.9, `${wide}`);
    assert.ok(narrow < 0.6, `${narrow}`);
  });

  it('a linear map that is learnt from consenting persons does better than guessing', () => {
    const [known, victims] = [persons('known', 1500, 64), persons('victims', 100, 64)];
    const guess = mean(recalls(popularityGuess(known, ITEMS), victims));
    assert.ok(mean(recalls(linearAttack(known, ITEMS), victims)) > guess + 0.1);
  });

  it('item vectors are found from an encoder’s answers alone, up to a common length', () => {
    const vectors = publicProjection('shop', catalogue, 24);
    vectors.vectors.forEach((value, at) => (vectors.vectors[at] = value * (1 + (Math.floor(at / 24) % 5))));
    const found = probed(({ items }) => encodeHistory(items, vectors), ITEMS)!;
    const ratios = Array.from(vectors.vectors).flatMap((value, at) => (value === 0 ? [] : [found.vectors[at] / value]));
    for (const ratio of ratios) assert.ok(Math.abs(ratio / ratios[0] - 1) < 1e-3, `${ratio}`);
  });

  it('a number keeps the nearest of its levels, the more bits the nearer, and nothing known stays nothing', () => {
    const vectors = Float32Array.of(1, -0.5, 0.3, 0.5);
    const scales = scalesOf(vectors, 2);
    assert.deepEqual(scales, Float32Array.of(1, 0.5));
    const box = { scales };
    assert.deepEqual(quantised(Float32Array.of(0.3, -0.1), box, 1), Float32Array.of(0.5, -0.25));
    assert.deepEqual(quantised(new Float32Array(2), box, 1), new Float32Array(2));
    for (const bits of [1, 2, 4, 8]) {
      const error = Math.abs(quantised(Float32Array.of(0.3, 0), box, bits)[0] - 0.3);
      assert.ok(error <= 2 ** -bits, `${bits}: ${error}`);
    }
    assert.equal(
      coarsestBits((bits) => (bits >= 3 ? 0.3 : 0.2), 0.001),
      3,
    );
    assert.equal(
      coarsestBits((bits) => -1 / bits, 0.001),
      32,
    );
  });
});
