import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';

describe('the statistical generator', () => {
  it('repeats itself by seed, and differs between seeds', () => {
    const stream = (seed: string | number) => Array.from({ length: 8 }, () => new Prng(seed)).map((p) => p.uint32());
    assert.deepEqual(stream('a'), stream('a'));
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => new Prng(seed).uint32()));
    assert.equal(firsts.size, 1000);
    assert.equal(new Prng(7).uint32(), new Prng('7').uint32());
  });

  it('never changes its stream: splits of published runs rest on it', () => {
    const prng = new Prng('isthmus');
    assert.deepEqual([prng.uint32(), prng.uint32(), prng.integer(1000)], [1945511272, 3591762135, 872]);
  });

  it('is uniform: chi-square over 64 cells, integers and uniforms', () => {
    const prng = new Prng('chi');
    for (const draw of [() => prng.integer(64), () => Math.floor(prng.uniform() * 64)]) {
      const cells = new Array<number>(64).fill(0);
      for (let i = 0; i < 64_000; i++) cells[draw()]++;
      const chi = cells.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
      // 63 degrees of freedom: mean 63, standard deviation 11.2.
      assert.ok(chi > 25 && chi < 115, `chi-square ${chi}`);
    }
  });

  it('has unit normals', () => {
    const prng = new Prng('normal');
    const draws = Array.from({ length: 100_000 }, () => prng.gaussian());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
    const beyondTwo = draws.filter((x) => Math.abs(x) > 2).length / draws.length;
    assert.ok(Math.abs(mean) < 0.015 && Math.abs(variance - 1) < 0.02 && Math.abs(beyondTwo - 0.0455) < 0.004);
  });

  it('samples without replacement, every element alike', () => {
    for (const [n, count] of [
      [20, 5],
      [20, 15],
      [20, 20],
    ]) {
      const prng = new Prng(`sample ${count}`);
      const hits = new Array<number>(n).fill(0);
      for (let i = 0; i < 4000; i++) {
        const drawn = prng.sample(n, count);
        assert.equal(new Set(drawn).size, count);
        for (const d of drawn) hits[d]++;
      }
      for (const h of hits) assert.ok(Math.abs(h - (4000 * count) / n) < 6 * Math.sqrt((4000 * count) / n), `${h}`);
    }
    assert.throws(() => new Prng(1).sample(3, 4), RangeError);
    assert.throws(() => new Prng(1).integer(0), RangeError);
  });

  it('shuffles to a permutation', () => {
    const shuffled = new Prng(3).shuffle(Uint32Array.from({ length: 100 }, (_, i) => i));
    assert.notDeepEqual([...shuffled.slice(0, 5)], [0, 1, 2, 3, 4]);
    assert.deepEqual(
      [...shuffled].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});
