import assert from 'node:assert/strict';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { buildDomain } from '../../core/data/build.ts';
import { AliasTable } from '../../core/evaluation/alias.ts';
import {
  drawnOnce,
  negativesByName,
  popularityNegatives,
  uniformNegatives,
  uniformWithReplacement,
} from '../../core/evaluation/negatives.ts';
import { Prng } from '../../core/random/prng.ts';

const person = (id: string, ...positives: number[]): ColdPerson => ({
  person: id,
  positives: Uint32Array.from(positives),
  sourceInteractions: 3,
});

/** A domain in which `counts[i]` persons met item i. Items of count 0 are in the catalogue anyway. */
function domainWith(counts: readonly number[]): Domain {
  const rows = counts.flatMap((count, item) =>
    Array.from({ length: Math.max(1, count) }, (_, p) => ({
      person: count === 0 ? 'gone' : `p${p}`,
      item: `i${String(item).padStart(3, '0')}`,
    })),
  );
  const domain = buildDomain('d', [{ person: 'gone', item: 'i000' }, ...rows]);
  const gone = domain.persons.indexOf('gone');
  const begin = domain.offsets[gone + 1];
  return {
    ...domain,
    persons: domain.persons.slice(1),
    offsets: domain.offsets.slice(1).map((offset) => offset - begin),
    items: domain.items.slice(begin),
  };
}

describe('the alias table', () => {
  it('draws in proportion to weights, and a zero never', () => {
    const weights = [0, 1, 5, 0, 2, 12, 0];
    const table = new AliasTable(weights);
    const prng = new Prng('alias');
    const hits = new Array<number>(weights.length).fill(0);
    for (let i = 0; i < 40_000; i++) hits[table.draw(prng)]++;
    weights.forEach((weight, i) => {
      const expected = (40_000 * weight) / 20;
      assert.ok(Math.abs(hits[i] - expected) <= 5 * Math.sqrt(expected), `weight ${weight}: ${hits[i]}`);
    });
    assert.throws(() => new AliasTable([0, 0]), RangeError);
    assert.throws(() => new AliasTable([1, -1]), RangeError);
    assert.throws(() => new AliasTable([1, NaN]), RangeError);
  });
});

describe('negatives', () => {
  const flat = domainWith(new Array<number>(60).fill(2));

  it('differ from each other and from every positive of the person, for each positive anew', () => {
    for (const n of [5, 50, 58]) {
      for (const name of ['uniform', 'popularity'] as const) {
        const source = negativesByName(name, { target: flat, n, seed: 1 });
        assert.ok(source.name !== 'full');
        const drawn = source.draw(person('a', 7, 9));
        assert.equal(drawn.length, 2 * n);
        for (const row of [drawn.subarray(0, n), drawn.subarray(n)]) {
          assert.equal(new Set(row).size, n);
          assert.ok(!row.includes(7) && !row.includes(9));
        }
        assert.notDeepEqual([...drawn.subarray(0, n)], [...drawn.subarray(n)]);
      }
    }
  });

  it('depend on seed and person alone: not on who came before, nor on the room they are written to', () => {
    const draw = (seed: number, before: readonly string[]) => {
      const source = uniformNegatives({ target: flat, n: 10, seed });
      for (const id of before) source.draw(person(id, 1));
      return [...source.draw(person('a', 7), new Uint32Array(99))];
    };
    assert.deepEqual(draw(1, []), draw(1, ['b', 'c']));
    assert.notDeepEqual(draw(1, []), draw(2, []));
    assert.equal(draw(1, []).length, 10);
  });

  it('come up in proportion to popularity, by either way of drawing', () => {
    // With one negative both ways are a single weighted draw; 6 items go by keys, 60 by rejection.
    for (const copies of [1, 10]) {
      const counts = Array.from({ length: copies }, () => [0, 1, 2, 3, 6, 8]).flat();
      const target = domainWith(counts);
      const source = popularityNegatives({ target, n: 1, seed: 3 });
      const hits = new Array<number>(6).fill(0);
      for (let i = 0; i < 10_000; i++) hits[source.draw(person(`p${i}`, 0))[0] % 6]++;
      [0, 1, 2, 3, 6, 8].forEach((count, i) => {
        const expected = (10_000 * count) / 20;
        assert.ok(Math.abs(hits[i] - expected) <= 5 * Math.sqrt(expected), `count ${count}: ${hits[i]}`);
      });
    }
  });

  it('without replacement follow successive sampling, by either way of drawing', () => {
    // Weights 1, 1, 2 and two draws: item 2 stays out with probability 2 * 1/4 * 1/3 = 1/6.
    const source = popularityNegatives({ target: domainWith([1, 1, 2]), n: 2, seed: 5 });
    let out = 0;
    for (let i = 0; i < 6000; i++)
      if (!source.draw({ ...person(`p${i}`), positives: Uint32Array.of(99) }).includes(2)) out++;
    assert.ok(Math.abs(out - 1000) < 150, `${out}`);
  });

  it('refuse to repeat themselves when the catalogue is too small', () => {
    const source = uniformNegatives({ target: flat, n: 59, seed: 1 });
    assert.equal(source.draw(person('a', 3)).length, 59);
    assert.throws(() => source.draw(person('a', 3, 4)), {
      code: 'EVALUATION_TOO_FEW_ITEMS',
      message: /for one person only 58 items/,
    });
    assert.throws(() => popularityNegatives({ target: domainWith([0, 0]), seed: 1 }), {
      code: 'EVALUATION_TOO_FEW_ITEMS',
    });
  });

  it('of the published kind repeat themselves and may hit the person’s positives', () => {
    const drawn = uniformWithReplacement(Uint32Array.of(4, 5, 6), 999, 0).draw(person('a', 4));
    assert.deepEqual(new Set(drawn), new Set([4, 5, 6]));
    assert.equal(drawn.length, 999);
  });
});

describe('negatives that are drawn once', () => {
  it('are what each method would draw for itself, and no method draws again', () => {
    const target = domainWith([5, 4, 3, 2, 1, 1]);
    const cold = [person('a', 0), person('b', 1, 2)];
    const fresh = uniformNegatives({ target, n: 2, seed: 1 });
    let draws = 0;
    const counted = {
      ...fresh,
      draw: (one: ColdPerson) => {
        draws += 1;
        return fresh.draw(one);
      },
    };
    const kind = drawnOnce(counted, cold);
    assert.ok(kind.name !== 'full');
    for (let method = 0; method < 3; method++) {
      for (const one of cold) assert.deepEqual(kind.draw(one), fresh.draw(one));
    }
    assert.equal(draws, cold.length);
  });
});
