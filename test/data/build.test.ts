import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildDomain } from '../../core/data/build.ts';
import type { InteractionRecord } from '../../core/data/build.ts';
import { historyOf, itemCounts, personIndex, restrictPersons, withoutPersons } from '../../core/data/select.ts';

const history = (records: InteractionRecord[], options = {}) => {
  const domain = buildDomain('d', records, options);
  return [...historyOf(domain, 0).items].map((item) => domain.catalogue[item]);
};

describe('building a domain', () => {
  it('numbers persons and items by first appearance and keeps a person together', () => {
    const domain = buildDomain('films', [
      { person: 'b', item: 'x' },
      { person: 'a', item: 'y' },
      { person: 'b', item: 'z' },
    ]);
    assert.deepEqual(domain.persons, ['b', 'a']);
    assert.deepEqual(domain.catalogue, ['x', 'y', 'z']);
    assert.deepEqual([...domain.offsets], [0, 2, 3]);
    assert.deepEqual([...domain.items], [0, 2, 1]);
    assert.equal(domain.ratings, undefined);
    assert.equal(domain.timestamps, undefined);
  });

  it('orders by time where all of a person’s times are known, by rows otherwise', () => {
    const rows = [
      { person: 'a', item: 'late', timestamp: 9 },
      { person: 'a', item: 'early', timestamp: 1 },
      { person: 'a', item: 'also early', timestamp: 1 },
    ];
    assert.deepEqual(history(rows), ['early', 'also early', 'late']);
    assert.deepEqual(history([...rows, { person: 'a', item: 'when?' }]), ['late', 'early', 'also early', 'when?']);
  });

  it('keeps the first or the latest of repeated rows, with its rating', () => {
    const rows = [
      { person: 'a', item: 'x', rating: 1, timestamp: 1 },
      { person: 'a', item: 'y', rating: 3, timestamp: 2 },
      { person: 'a', item: 'x', rating: 5, timestamp: 3 },
    ];
    assert.deepEqual(history(rows), ['x', 'y']);
    assert.deepEqual(history(rows, { repeats: 'latest' }), ['y', 'x']);
    assert.deepEqual([...(buildDomain('d', rows, { repeats: 'latest' }).ratings ?? [])], [3, 5]);
  });

  it('marks what came late as unknown for the rows before it', () => {
    const domain = buildDomain('d', [
      { person: 'a', item: 'x' },
      { person: 'a', item: 'y', rating: 4, timestamp: 7 },
    ]);
    assert.deepEqual([...(domain.ratings ?? [])], [NaN, 4]);
    assert.deepEqual([...(domain.timestamps ?? [])], [NaN, 7]);
  });

  it('refuses an empty domain by code', () => {
    assert.throws(() => buildDomain('none', []), { code: 'DATA_EMPTY', message: /"none"/ });
  });

  it('holds every distinct person-item pair once, and no other', () => {
    const pair = fc.record({ person: fc.constantFrom('a', 'b', 'c'), item: fc.constantFrom('x', 'y', 'z', 'w') });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), fc.constantFrom('first', 'latest'), (records, repeats) => {
        const domain = buildDomain('d', records, { repeats });
        const built = domain.persons.flatMap((person, p) =>
          [...historyOf(domain, p).items].map((item) => `${person} ${domain.catalogue[item]}`),
        );
        const asked = new Set(records.map(({ person, item }) => `${person} ${item}`));
        assert.equal(built.length, asked.size);
        assert.deepEqual(new Set(built), asked);
      }),
    );
  });

  it('drops persons without touching the catalogue', () => {
    const domain = buildDomain('d', [
      { person: 'a', item: 'x', rating: 1 },
      { person: 'b', item: 'y', rating: 2 },
      { person: 'c', item: 'y', rating: 3 },
    ]);
    const left = withoutPersons(domain, new Set(['a', 'nobody']));
    assert.deepEqual(left.persons, ['b', 'c']);
    assert.deepEqual(left.catalogue, ['x', 'y']);
    assert.deepEqual([...itemCounts(left)], [0, 2]);
    const turned = restrictPersons(domain, [2, 0]);
    assert.deepEqual([...(turned.ratings ?? [])], [3, 1]);
    assert.equal(personIndex(turned).get('c'), 0);
  });
});
