import { roundWorkOf } from '../../client/rounds/update.ts';
import assert from 'node:assert/strict';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import { PlatformMetrics } from '../../client/serving/metrics.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { attemptConfig, roundSum } from '../../core/federation/attempt.ts';
import { firstModel } from '../../core/federation/plan.ts';
import { canonicalEntry } from '../../core/privacy/ledger/ledger.ts';
import { attemptCharge } from '../../core/privacy/plan/plan-events.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { silentLog } from '../../host/log.ts';
import type { Spending } from '../../host/metrics.ts';
import { tinyFederation } from '../server/tiny-federation.ts';

/** Values of the metrics by name and labels. */
async function figuresOf(metrics: PlatformMetrics): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe("A platform's metrics", () => {
  it('tell what is spent, and that a round was refused because the budget does not hold it', async () => {
    const { plan, platforms } = tinyFederation({ epsilon: 4, rounds: { count: 2 } });
    const [identity] = platforms;
    const store = createMemoryStore();
    const ledger = new OwnLedger(plan, identity.name, store);
    const metrics = new PlatformMetrics(() => ledger);
    const random = seededStreams('metrics');
    const participation = new Participation({
      plan,
      identity,
      floor: DEFAULT_FLOOR,
      store,
      ledger,
      engine: nodeEngine,
      random,
      log: silentLog,
      emit: (event) => metrics.observe(event),
      send: () => Promise.resolve(),
      onError: (error) => assert.fail(String(error)),
      persons: 1,
    });
    const model: Pick<PlatformModel, 'adopt' | 'contributions'> = {
      adopt: () => Promise.resolve(),
      contributions: () => [],
    };
    await participation.join(roundWorkOf(model as PlatformModel, { plan, platform: identity.name, random }));
    const before = await figuresOf(metrics);
    assert.equal(before.get('isthmus_epsilon_spent'), 0);
    assert.equal(before.get('isthmus_epsilon_budget'), 4);
    assert.equal(before.get('isthmus_budget_exhausted'), 0);
    assert.equal(before.get('isthmus_refusals_total{code="PRIVACY_BUDGET_EXHAUSTED"}'), 0);

    // Two attempts that were charged and lost, which is all that the plan allows.
    for (const attempt of [1, 2])
      ledger.charge(attemptCharge(roundSum(plan), 1, attempt, String(attempt).padStart(64, '0')));
    ledger.sync({ kind: 'ledger-sync', from: 0, entries: store.ledger.entries().map(canonicalEntry) });
    const start = { kind: 'attempt-start', round: 1, model: firstModel(plan) } as const;
    const config = attemptConfig(
      plan,
      platforms.map(({ name }) => name),
    );
    participation.onAttemptStart({ ...start, attempt: 3, config });
    const after = await figuresOf(metrics);
    assert.deepEqual([after.get('isthmus_ledger_attempts'), after.get('isthmus_ledger_refunds')], [2, 0]);
    const spent = after.get('isthmus_epsilon_spent')!;
    assert.ok(spent > 3.5 && spent <= 4, String(spent));
    assert.equal(after.get('isthmus_budget_exhausted'), 1);
    assert.equal(after.get('isthmus_refusals_total{code="PRIVACY_BUDGET_EXHAUSTED"}'), 1);
  });

  it('count each attempt once, however often its end is told, and none where no further one is made', async () => {
    const metrics = new PlatformMetrics(() => ({ spent: 1, budget: 2, attempts: 0, refunds: 0 }));
    const ended = (round: number, attempt: number, outcome: 'completed' | 'abandoned' | 'budget-exhausted'): void =>
      metrics.observe({ kind: 'attempt-ended', round, attempt, outcome, text: '' });
    ended(1, 1, 'abandoned');
    ended(1, 2, 'completed');
    ended(1, 2, 'completed');
    ended(2, 1, 'completed');
    metrics.observe({ kind: 'declined', round: 3, attempt: 1, code: 'ROUND_MODEL' });
    const under = await figuresOf(metrics);
    assert.equal(under.get('isthmus_reported_attempts_total{outcome="abandoned"}'), 1);
    assert.equal(under.get('isthmus_reported_attempts_total{outcome="completed"}'), 2);
    assert.equal(under.get('isthmus_refusals_total{code="ROUND_MODEL"}'), 1);
    assert.equal(under.get('isthmus_budget_exhausted'), 0);
    ended(3, 0, 'budget-exhausted');
    const over = await figuresOf(metrics);
    assert.equal(over.get('isthmus_reported_attempts_total{outcome="budget-exhausted"}'), 0);
    assert.equal(over.get('isthmus_budget_exhausted'), 1);
    // A charge was taken back, so the budget allows an attempt again.
    metrics.observe({ kind: 'attempt', round: 3, attempt: 4, stage: 'begun' });
    assert.equal((await figuresOf(metrics)).get('isthmus_budget_exhausted'), 0);
  });

  it('leave out an epsilon that nothing bounds, and have it again where something does', async () => {
    let spending: Spending = { spent: null, budget: null, attempts: 0, refunds: 0 };
    const metrics = new PlatformMetrics(() => spending);
    const unbounded = await metrics.text();
    assert.doesNotMatch(unbounded, /^isthmus_epsilon_\w+ /m);
    assert.doesNotMatch(unbounded, /NaN/);
    spending = { ...spending, spent: 0.5, budget: 2 };
    assert.match(await metrics.text(), /^isthmus_epsilon_spent 0\.5$/m);
    spending = { ...spending, spent: null };
    assert.doesNotMatch(await metrics.text(), /^isthmus_epsilon_spent /m);
  });
});
