import assert from 'node:assert/strict';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { canonicalEntry, Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { attemptCharge, ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import type { LedgerSyncBody } from '../../core/wire/body.ts';
import { smallWorld } from './small-world.ts';

describe('A platform’s own ledger', () => {
  const trunk = { strategy: { name: 'shared-trunk' }, privacy: { epsilon: 8 }, rounds: { count: 3, spareAttempts: 1 } };
  const plan = planFederation(smallWorld(trunk, ['books', 'films', 'music']).manifest);
  const sum = roundSum(plan);
  const session = (n: number): string => String(n).padStart(64, '0');
  const charge = (n: number) => attemptCharge(sum, n, 1, session(n));
  const coordinator = (): Ledger =>
    Ledger.open(plan.manifest.federation, new MemoryLedgerStore(), ledgerBudget(plan.privacy, 'coordinator'));
  const told = (entries: readonly LedgerEntry[], from = 0): LedgerSyncBody => ({
    kind: 'ledger-sync',
    from,
    entries: entries.slice(from).map(canonicalEntry),
  });
  const open = (store = createMemoryStore()): OwnLedger => new OwnLedger(plan, 'books', store);

  it('takes part in nothing before it has seen the coordinator’s', () => {
    const own = open();
    assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_REFUSED');
    own.sync(told([]));
    assert.equal(own.refusal, undefined);
  });

  it('accepts one that holds all its own charges, in pieces, and takes the larger spend', () => {
    const theirs = coordinator();
    const own = open();
    own.charge(charge(1));
    theirs.charge(charge(1));
    theirs.charge(charge(2));
    own.sync(told(theirs.entries.slice(0, 1)));
    const before = own.spent!;
    own.sync(told(theirs.entries, 1));
    assert.equal(own.refusal, undefined);
    assert.ok(own.spent! > before);
  });

  it('takes over what others have paid for a round of drawn persons', () => {
    const drawn = planFederation(
      smallWorld({ ...trunk, privacy: { epsilon: 8, sampling: 0.5 } }, ['books', 'films', 'music']).manifest,
    );
    const missed = attemptCharge(roundSum(drawn), 1, 1, session(1));
    assert.equal(missed.event.kind, 'poisson-sampled');
    const theirs = Ledger.open(
      drawn.manifest.federation,
      new MemoryLedgerStore(),
      ledgerBudget(drawn.privacy, 'coordinator'),
    );
    theirs.charge(missed);
    const own = new OwnLedger(drawn, 'books', createMemoryStore());
    const before = own.spent!;
    own.sync(told(theirs.entries));
    assert.equal(own.refusal, undefined);
    assert.ok(own.spent! > before);
  });

  it('refuses one that lacks a charge, changes one, shrinks, or leaves a gap, and comes back when it is mended', () => {
    const theirs = coordinator();
    const own = open();
    own.charge(charge(1));
    own.sync(told(theirs.entries));
    assert.match(own.refusal!.message, /lacks round 1/);
    theirs.charge(charge(1));
    own.sync(told(theirs.entries));
    assert.equal(own.refusal, undefined);
    theirs.charge(charge(2));
    own.sync(told(theirs.entries));
    own.sync(told(theirs.entries.slice(0, 1)));
    assert.match(own.refusal!.message, /shrank from 2 to 1/);
    own.sync(told(theirs.entries, 1));
    assert.equal(own.refusal, undefined);
    own.sync({ kind: 'ledger-sync', from: 5, entries: [] });
    assert.match(own.refusal!.message, /goes on at entry 5/);
    const other = coordinator();
    other.charge(charge(1));
    other.charge(charge(3));
    own.sync(told(other.entries));
    assert.match(own.refusal!.message, /changed entry 1/);
  });

  it('refuses less noise than was charged, and what is no ledger', () => {
    const own = open();
    own.charge(charge(1));
    const lower = coordinator();
    lower.charge({ ...charge(1), event: { kind: 'discrete-gaussian', sigma: 1e9, sensitivity: 1 } });
    own.sync(told(lower.entries));
    assert.match(own.refusal!.message, /has altered round 1/);
    for (const text of ['', '{}', '[1]', '{"ledger":1}']) {
      own.sync({ kind: 'ledger-sync', from: 0, entries: [new TextEncoder().encode(text)] });
      assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
    }
    const broken = coordinator();
    broken.charge(charge(1));
    const [entry] = broken.entries;
    own.sync(told([{ ...entry, previous: session(9) }]));
    assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
  });

  it('refuses a charge that the budget does not hold, before and when it is made', () => {
    const store = createMemoryStore();
    const own = open(store);
    let n = 0;
    assert.throws(
      () => {
        for (;;) own.charge(charge(++n));
      },
      { code: 'PRIVACY_BUDGET_EXHAUSTED' },
    );
    assert.equal(n - 1, store.ledger.entries().length);
    // This platform's own sums are not charged here, and leave room for more than the three that are planned.
    assert.ok(n - 1 >= 3);
    assert.throws(() => own.check(charge(n)), { code: 'PRIVACY_BUDGET_EXHAUSTED' });
    assert.ok(own.spent! <= own.budget!);
    assert.equal(open(store).spent, own.spent, 'what is spent outlives the process');
  });
});
