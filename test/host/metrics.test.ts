import assert from 'node:assert/strict';
import { PlatformMetrics } from '../../client/serving/metrics.ts';
import { Metrics } from '../../server/http/metrics.ts';
import type { CoordinatorStatus } from '../../server/status.ts';

const status: CoordinatorStatus = {
  federation: 'f',
  version: 1,
  strategy: 's',
  noPrivacy: false,
  rounds: { completed: 0, of: 1, state: 'gathering', waitingFor: null, ending: null, missed: [], underWay: null },
  epsilon: { spent: 1, budget: 2, delta: 1e-6 },
  ledger: { attempts: 3, refunds: 1 },
  platforms: [],
  attempts: [],
  traffic: { sentBytes: 0, receivedBytes: 0 },
  upSeconds: 0,
};

/** The help text of each metric. */
const meanings = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => [name, help]));

describe('Figures of coordinator and platform', () => {
  it('that bear one name have one meaning', async () => {
    const coordinator = meanings(await new Metrics(() => status).text());
    const platform = meanings(
      await new PlatformMetrics(() => ({ spent: 1, budget: 2, attempts: 3, refunds: 1 })).text(),
    );
    const shared = [...coordinator.keys()].filter((name) => name.startsWith('isthmus_') && platform.has(name));
    assert.deepEqual(shared, [
      'isthmus_epsilon_spent',
      'isthmus_epsilon_budget',
      'isthmus_budget_exhausted',
      'isthmus_ledger_attempts',
      'isthmus_ledger_refunds',
    ]);
    for (const name of shared) assert.equal(platform.get(name), coordinator.get(name), name);
  });

  it('leave out an epsilon that nothing bounds', async () => {
    const unbounded = [
      new Metrics(() => ({ ...status, epsilon: null })),
      new PlatformMetrics(() => ({ spent: null, budget: null, attempts: 0, refunds: 0 })),
    ];
    for (const metrics of unbounded) assert.doesNotMatch(await metrics.text(), /^isthmus_epsilon_\w+ |NaN/m);
  });
});
