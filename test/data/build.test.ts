import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildDomain, DomainBuilder } from '../../core/data/build.ts';
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

  it('keeps the latest of repeated rows, with its place and its rating', () => {
    const rows = [
      { person: 'a', item: 'x', rating: 1, timestamp: 1 },
      { person: 'a', item: 'y', rating: 3, timestamp: 2 },
      { person: 'a', item: 'x', rating: 5, timestamp: 3 },
    ];
    assert.deepEqual(history(rows), ['y', 'x']);
    assert.deepEqual([...(buildDomain('d', rows).ratings ?? [])], [3, 5]);
    const untimed = rows.map(({ person, item, rating }) => ({ person, item, rating }));
    assert.deepEqual([...(buildDomain('d', untimed.toReversed()).ratings ?? [])], [3, 1]);
  });

  it('keeps what the latest rating likes, and nobody of whom nothing is left', () => {
    const rows = [
      { person: 'fickle', item: 'x', rating: 5, timestamp: 1 },
      { person: 'fickle', item: 'x', rating: 1, timestamp: 9 },
      { person: 'grumpy', item: 'y', rating: 2 },
      { person: 'grumpy', item: 'z', rating: 3 },
      { person: 'silent', item: 'y' },
      { person: 'joker', item: 'x', rating: 99 },
    ];
    const builder = new DomainBuilder('d', { likes: { from: 3, to: 5 } });
    for (const { person, item, rating, timestamp } of rows) builder.add(person, item, rating, timestamp);
    const { domain, repeats, disliked } = builder.build();
    assert.deepEqual(domain.persons, ['grumpy', 'silent']);
    assert.deepEqual(
      [...domain.items].map((item) => domain.catalogue[item]),
      ['z', 'y'],
    );
    // The catalogue also has items that nobody likes.
    assert.deepEqual(domain.catalogue, ['x', 'y', 'z']);
    assert.deepEqual([repeats, disliked], [1, 3]);
    const grumpy = rows.filter(({ rating }) => rating === 1);
    assert.throws(() => buildDomain('d', grumpy, { likes: { from: 3, to: null } }), {
      code: 'DATA_EMPTY',
      message: /--min-rating/,
    });
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
      fc.property(fc.array(pair, { minLength: 1 }), (records) => {
        const domain = buildDomain('d', records);
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
