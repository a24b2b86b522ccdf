import assert from 'node:assert/strict';
import type { Domain } from '../../core/data/domain.ts';
import type { AlsSettings } from '../../core/transfer/factors/als-settings.ts';
import type { FactorStore, KeptFactors } from '../../core/transfer/factors/factor-memory.ts';
import { FactorMemory } from '../../core/transfer/factors/factor-memory.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const settings: AlsSettings = { dimension: 4, sweeps: 2, unseenWeight: 0.05, ridge: 2, ridgeExponent: 0 };
const rows = [[0, 1], [1, 2, 3], [4], [2, 4]];
const domain = domainOfRows('t', rows, 5);

describe('memory of factors', () => {
  it('makes the factors of a domain once, whatever its persons are called', () => {
    const memory = new FactorMemory(settings, 'a');
    const first = memory.factorise(domain);
    const renamed: Domain = { ...domainOfRows('t', rows, 5), persons: ['w', 'x', 'y', 'z'] };
    assert.equal(memory.factorise(renamed), first);
    assert.equal(memory.made, 1);
  });

  it('makes others for another row, another item, another catalogue, another seed, other settings', () => {
    const memory = new FactorMemory(settings, 'a');
    memory.factorise(domain);
    const others = [
      domainOfRows('t', [[0, 1], [1, 2, 3], [4], [2, 3]], 5),
      domainOfRows(
        't',
        [
          [0, 1],
          [1, 2],
          [3, 4],
          [2, 4],
        ],
        5,
      ),
      domainOfRows('t', rows, 6),
    ];
    for (const [index, other] of others.entries()) {
      assert.equal(memory.factorise(other).items.length, other.catalogue.length * 4);
      assert.equal(memory.made, index + 2);
    }
    const { items } = new FactorMemory(settings, 'a').factorise(domain);
    assert.notDeepEqual(new FactorMemory(settings, 'b').factorise(domain).items, items);
    assert.notDeepEqual(new FactorMemory({ ...settings, ridge: 1 }, 'a').factorise(domain).items, items);
  });

  it('forgets what was used longest ago', () => {
    const memory = new FactorMemory(settings, 'a');
    const of = (last: number): Domain => domainOfRows('t', [[0, 1], [1, 2, 3], [last]], 12);
    for (const last of [4, 5, 6, 7]) memory.factorise(of(last));
    memory.factorise(of(4));
    memory.factorise(of(8));
    assert.equal(memory.made, 5);
    memory.factorise(of(4));
    assert.equal(memory.made, 5);
    memory.factorise(of(5));
    assert.equal(memory.made, 6);
  });

  it('goes through its store, and folds in as the factors that were made do', () => {
    const kept = new Map<string, KeptFactors>();
    const store: FactorStore = {
      through(key, persons, make) {
        const found = kept.get(key) ?? make();
        assert.equal(found.persons.length, persons);
        kept.set(key, { persons: found.persons.slice(), items: found.items.slice() });
        return kept.get(key)!;
      },
    };
    const [maker, finder] = [new FactorMemory(settings, 'a', store), new FactorMemory(settings, 'a', store)];
    const made = maker.factorise(domain);
    const found = finder.factorise(domain);
    assert.deepEqual([maker.made, finder.made], [1, 0]);
    assert.deepEqual([found.persons, found.items, found.dimension], [made.persons, made.items, 4]);
    assert.deepEqual(found.foldIn(Uint32Array.of(1, 3)), made.foldIn(Uint32Array.of(1, 3)));
  });
});
