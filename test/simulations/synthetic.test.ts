import assert from 'node:assert/strict';
import { historyOf } from '../../core/data/select.ts';
import { Prng } from '../../core/random/prng.ts';
import { presetWorld } from '../../simulations/worlds/presets.ts';
import { DEFAULT_SYNTHETIC_WORLD, syntheticWorld } from '../../simulations/worlds/synthetic.ts';

const SMALL = { ...DEFAULT_SYNTHETIC_WORLD, persons: 200, items: 150 };

describe('the synthetic world', () => {
  it('of short and long videos has a feed whose watched fractions follow taste more than its views do', () => {
    const world = syntheticWorld(presetWorld('short-long-video', { ...SMALL, meanHistory: 8 }));
    const [shorts, films] = world.domains;
    assert.deepEqual([shorts.name, films.name], ['shorts', 'films']);
    assert.ok(shorts.items.length > 3 * films.items.length);
    assert.equal(films.ratings, undefined);
    assert.ok(shorts.ratings?.every((fraction) => fraction > 0 && fraction < 1));
    // The item that a person watched longest is preferred to the one that the person left first.
    let right = 0;
    shorts.persons.forEach((person, row) => {
      const preference = world.truth!.preference('shorts', person);
      const { items, ratings } = historyOf(shorts, row);
      const watched = [...items.keys()].sort((a, b) => ratings![b] - ratings![a]);
      if (preference[items[watched[0]]] > preference[items[watched[items.length - 1]]]) right += 1;
    });
    assert.ok(right / shorts.persons.length > 0.7, `${right} of ${shorts.persons.length}`);
  });

  it('is the same for the same seed, and another for another', () => {
    const [a, b, c] = ['1', '1', '2'].map((seed) => syntheticWorld({ ...SMALL, seed }));
    assert.deepEqual(a.domains, b.domains);
    assert.notDeepEqual(a.domains[0].items, c.domains[0].items);
  });

  it('has the overlap and the mean history it was asked for', () => {
    const { domains } = syntheticWorld(SMALL);
    const shared = domains[0].persons.filter((person) => domains.every(({ persons }) => persons.includes(person)));
    assert.equal(shared.length, 100);
    for (const { items, persons } of domains) {
      const mean = items.length / persons.length;
      assert.ok(Math.abs(mean - SMALL.meanHistory) < 2, `mean history ${mean}`);
    }
  });

  it('holds each item at most once in a history, within the catalogue', () => {
    for (const { offsets, items, persons, catalogue } of syntheticWorld(SMALL).domains) {
      persons.forEach((_, row) => {
        const history = [...items.subarray(offsets[row], offsets[row + 1])];
        assert.ok(history.length >= 3);
        assert.equal(new Set(history).size, history.length);
        assert.ok(history.every((item) => item < catalogue.length));
      });
    }
  });

  it('prefers what it draws: the true preference of drawn items is above the mean', () => {
    const { domains, truth } = syntheticWorld(SMALL);
    const [{ name, persons, items, offsets }] = domains;
    let above = 0;
    persons.forEach((person, row) => {
      const preference = truth!.preference(name, person);
      const mean = preference.reduce((sum, value) => sum + value, 0) / preference.length;
      const drawn = items.subarray(offsets[row], offsets[row + 1]).reduce((sum, item) => sum + preference[item], 0);
      if (drawn / (offsets[row + 1] - offsets[row]) > mean) above += 1;
    });
    assert.ok(above / persons.length > 0.95, `${above} of ${persons.length}`);
  });

  it('draws by the race what the Gumbel trick draws from the same numbers', () => {
    const { domains, truth } = syntheticWorld(SMALL);
    for (const { name, persons, items, offsets } of domains) {
      persons.forEach((person, row) => {
        const random = new Prng(`${SMALL.seed}/history/${name}/${person}`);
        // The length of the history is drawn first.
        random.gaussian();
        random.uniform();
        const preference = truth!.preference(name, person);
        const keys = Array.from(preference, (logOdds) => logOdds - Math.log(-Math.log(random.uniform() + 1e-300)));
        const order = [...keys.keys()].sort((a, b) => keys[b] - keys[a]);
        const drawn = [...items.subarray(offsets[row], offsets[row + 1])];
        assert.deepEqual(drawn, order.slice(0, drawn.length), `${person} on ${name}`);
      });
    }
  });

  it('says what is out of range', () => {
    assert.throws(() => syntheticWorld({ ...SMALL, overlap: 2 }), /overlap must be from 0 to 1, not 2/);
    assert.throws(() => syntheticWorld({ ...SMALL, platforms: ['films'] }), /at least two/);
  });
});
