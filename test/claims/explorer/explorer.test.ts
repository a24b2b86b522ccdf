import assert from 'node:assert/strict';
import { ATTACKS } from './attacks.ts';
import { ExactWorld } from './exact.ts';
import { has, KEYS_OUT, past, REFUNDED, REVEALED, STATED } from './platform.ts';
import { settingOf, SUITE } from './runs.ts';
import { explore, lookingFor } from './search.ts';
import type { Model, State } from './search.ts';
import { RULES } from './setting.ts';
import type { Setting } from './setting.ts';
import { VictimWorld } from './victim.ts';

describe('charges and refunds against any coordinator, explored', function () {
  this.timeout(60_000);

  for (const { name, model } of SUITE) {
    it(`no claim is broken: ${name}`, () => {
      const { violation, isComplete } = explore(model());
      assert.equal(violation, undefined);
      assert.ok(isComplete);
    });
  }
});

describe('each rule removed, explored', function () {
  this.timeout(60_000);

  for (const { name, model, breaks } of ATTACKS) {
    it(`${name}: ${breaks ?? 'nothing'} is broken`, () => {
      const { violation, isComplete } = explore(model());
      const claim = violation && violation.claim.slice(0, violation.claim.indexOf(':'));
      const told = violation && `${violation.claim}\n${violation.trace.join('\n')}`;
      assert.equal(claim, breaks, told);
      if (breaks === undefined) assert.ok(isComplete);
    });
  }
});

describe('states merged under renaming', function () {
  this.timeout(60_000);

  const sizes = { platforms: 4, threshold: 3, noiseThreshold: 3, declared: 1 };
  const models: Readonly<Record<string, Model>> = {
    'the world in full, two corrupt': new ExactWorld(settingOf(sizes, 2, { attempts: 1 }), RULES, 'ledgers'),
    'its sums': new ExactWorld(settingOf(sizes, 1, { attempts: 1 }), RULES, 'sums'),
    'the victim’s world': new VictimWorld(settingOf(sizes, 1, { attempts: 1 }), RULES),
  };

  for (const [name, model] of Object.entries(models)) {
    it(`are what is reached without renaming, renamed: ${name}`, () => {
      const merged = new Set<string>();
      const renamed = lookingFor(model, (state) => {
        const copy = state.slice();
        model.rename(copy);
        merged.add(copy.join());
        return undefined;
      });
      const { states } = explore({ ...renamed, rename: () => undefined });
      assert.equal(explore(model).states, merged.size);
      assert.ok(states > merged.size);
    });
  }
});

describe('what the rules leave possible, explored', function () {
  this.timeout(60_000);

  const four: Setting = {
    platforms: 4,
    threshold: 3,
    noiseThreshold: 3,
    declared: 1,
    corrupt: 0,
    charges: 1,
    refunds: 1,
    attempts: 2,
    restored: 0,
  };

  it('everybody is in an opened sum', () => {
    const world = new ExactWorld({ ...four, attempts: 1 }, RULES, 'sums');
    const all = (state: State): string | undefined =>
      state.subarray(1, 5).every((self) => has(self, REVEALED)) ? 'all reveal' : undefined;
    assert.ok(explore(lookingFor(world, all)).violation);
  });

  it('an attempt that died is refunded, and the next one opened with R = 1', () => {
    const world = new VictimWorld(four, RULES);
    const again = (state: State): string | undefined =>
      past(state[1], 'refunds') === 1 && state.subarray(1).every((self) => has(self, REVEALED)) ? 'both' : undefined;
    assert.ok(explore(lookingFor(world, again)).violation);
  });

  // Shows the price of counting against n: it would refuse this refund, of an attempt that one platform did not enter
  // and another left permanently.
  it('a refund while t - 1 - c holders are away, which counting against n refuses', () => {
    const setting = { ...four, attempts: 1 };
    const away = (state: State): string | undefined => {
      const others = state.subarray(2);
      const hasEntered = others.filter((self) => has(self, KEYS_OUT)).length;
      const hasStated = others.filter((self) => has(self, STATED)).length;
      return has(state[1], REFUNDED) && hasEntered === 2 && hasStated === 1 ? 'refunded' : undefined;
    };
    assert.ok(explore(lookingFor(new VictimWorld(setting, RULES), away)).violation);
    const againstN = new VictimWorld(setting, { ...RULES, holders: 'n' });
    assert.equal(explore(lookingFor(againstN, away)).violation, undefined);
  });
});
