import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layOut, lostItems } from '../../core/data/coordinates.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf } from '../../core/data/select.ts';

/** Persons with their items, over this catalogue. */
function domainOf(catalogue: readonly string[], histories: readonly (readonly string[])[]): Domain {
  const places = new Map(catalogue.map((item, index) => [item, index]));
  const offsets = [0];
  for (const history of histories) offsets.push(offsets[offsets.length - 1] + history.length);
  const items = Uint32Array.from(histories.flat(), (item) => places.get(item)!);
  return {
    name: 'a',
    persons: histories.map((_, person) => `p${person}`),
    catalogue,
    titles: catalogue.map((item) => `title ${item}`),
    offsets: Uint32Array.from(offsets),
    items,
    ratings: Float32Array.from(items, (_, position) => position),
    timestamps: Float64Array.from(items, (_, position) => 1000 + position),
  };
}

const namesOf = (domain: Domain, person: number): readonly string[] =>
  Array.from(historyOf(domain, person).items, (item) => domain.catalogue[item]);

describe('coordinates of a catalogue', () => {
  it('come back as they are where nothing changed', () => {
    const domain = domainOf(['x', 'y'], [['y', 'x'], ['x']]);
    const { domain: same, added } = layOut(domain, [], 5);
    assert.equal(same, domain);
    assert.deepEqual(added, ['x', 'y']);
    assert.equal(layOut(domain, ['x', 'y'], 2).domain, domain);
  });

  it('stay with their items, whatever order the catalogue has; new items take the next ones', () => {
    const domain = domainOf(
      ['n', 'y', 'm', 'x'],
      [
        ['y', 'n'],
        ['m', 'x', 'y'],
      ],
    );
    const { domain: laidOut, added, itemsBeyond, rowsBeyond } = layOut(domain, ['x', 'y'], 4);
    assert.deepEqual(laidOut.catalogue, ['x', 'y', 'n', 'm']);
    assert.deepEqual(laidOut.titles, ['title x', 'title y', 'title n', 'title m']);
    assert.deepEqual([added, itemsBeyond, rowsBeyond], [['n', 'm'], 0, 0]);
    assert.deepEqual(
      [namesOf(laidOut, 0), namesOf(laidOut, 1)],
      [
        ['y', 'n'],
        ['m', 'x', 'y'],
      ],
    );
    assert.deepEqual(laidOut.ratings, domain.ratings);
  });

  it('are given to no item beyond the bound: its rows are left out, and nothing else is', () => {
    const domain = domainOf(['n', 'y', 'm', 'x'], [['m'], ['y', 'm', 'n', 'x']]);
    const { domain: laidOut, added, itemsBeyond, rowsBeyond } = layOut(domain, ['x', 'y'], 3);
    assert.deepEqual([added, itemsBeyond, rowsBeyond], [['n'], 1, 2]);
    assert.deepEqual([namesOf(laidOut, 0), namesOf(laidOut, 1)], [[], ['y', 'n', 'x']]);
    assert.deepEqual(laidOut.persons, ['p0', 'p1']);
    assert.deepEqual([...laidOut.ratings!], [1, 3, 4]);
    assert.deepEqual([...laidOut.timestamps!], [1001, 1003, 1004]);
  });

  it('tell which items are lost', () => {
    assert.deepEqual(lostItems(domainOf(['x', 'y'], [['x']]), ['z', 'y', 'w']), ['z', 'w']);
  });

  it('of one person’s rows are decided by those rows alone', () => {
    const item = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const histories = fc.array(fc.uniqueArray(item, { maxLength: 8 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        histories,
        fc.uniqueArray(item, { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (all, other, most) => {
          const catalogue = ['h', 'c', 'a', 'f', 'b', 'g', 'e', 'd'];
          const [one, two] = [all, [other, ...all.slice(1)]].map(
            (rows) => layOut(domainOf(catalogue, rows), ['a', 'b'], Math.max(2, most)).domain,
          );
          assert.deepEqual(one.catalogue, two.catalogue);
          for (let person = 1; person < all.length; person++) {
            assert.deepEqual(historyOf(one, person).items, historyOf(two, person).items);
            assert.deepEqual(
              namesOf(one, person),
              all[person].filter((name) => one.catalogue.includes(name)),
            );
          }
        },
      ),
    );
  });
});
