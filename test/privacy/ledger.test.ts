import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import {
  canonicalEntry,
  distinctCharges,
  genesis,
  Ledger,
  MemoryLedgerStore,
  verifyLedger,
} from '../../core/privacy/ledger/ledger.ts';
import type { LedgerBudget, LedgerEntry, LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { reportLedger } from '../../core/privacy/ledger/ledger-report.ts';
import { ledgerStoreCompliance, testCharge, UNBOUNDED } from './ledger-store.compliance.ts';

const refusedAs = (code: string, message?: RegExp) => (error: unknown) =>
  error instanceof PrivacyError && error.code === code && (message?.test(error.message) ?? true);

function charged(rounds: readonly number[], budget: LedgerBudget = UNBOUNDED): Ledger {
  const ledger = Ledger.open('f', new MemoryLedgerStore(), budget);
  for (const round of rounds) ledger.charge(testCharge(round));
  return ledger;
}

ledgerStoreCompliance('in-memory', () => ({ open: () => new MemoryLedgerStore(), close: () => undefined }));

describe('ledger', () => {
  it('has canonical bytes and a chain that starts at the federation', () => {
    const [first, second] = charged([1, 2]).entries;
    assert.equal(
      new TextDecoder().decode(canonicalEntry(first)),
      `{"charge":{"attempt":1,"event":{"dimension":2048,"kind":"distributed-discrete-gaussian","localSigma":351.3644831225831,"sensitivity":512,"shares":6},"label":"round","round":1,"scope":"federation","session":"5e551"},"ledger":1,"origin":"own","previous":"${genesis('f')}","sequence":0}`,
    );
    assert.equal(second.previous, first.hash);
    assert.match(first.hash, /^[0-9a-f]{64}$/);
  });

  it('finds any alteration, cut in the middle, swap and foreign federation', () => {
    const { entries } = charged([1, 2, 3, 4]);
    verifyLedger('f', entries);
    const broken = refusedAs('PRIVACY_LEDGER_BROKEN');
    assert.throws(() => verifyLedger('g', entries), broken);
    assert.throws(() => verifyLedger('f', entries.toSpliced(1, 1)), broken);
    assert.throws(() => verifyLedger('f', [entries[1], entries[0], ...entries.slice(2)]), broken);
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.constantFrom('round', 'attempt', 'event', 'session', 'origin', 'hash'),
        (index, what) => {
          const entry = entries[index];
          const altered: LedgerEntry = {
            ...entry,
            ...(what === 'origin' ? { origin: 'adopted' } : {}),
            ...(what === 'hash' ? { hash: entry.hash.replace(/^./, (c) => (c === '0' ? '1' : '0')) } : {}),
            charge: {
              ...entry.charge,
              ...(what === 'round' ? { round: 77 } : {}),
              ...(what === 'attempt' ? { attempt: 2 } : {}),
              ...(what === 'session' ? { session: 'ff' } : {}),
              ...(what === 'event' ? { event: { kind: 'gaussian', noiseMultiplier: 1e6 } } : {}),
            },
          };
          assert.throws(() => verifyLedger('f', entries.with(index, altered)), broken);
        },
      ),
    );
    const store = new MemoryLedgerStore();
    for (const entry of entries) store.append(entry);
    assert.throws(() => Ledger.open('g', store, UNBOUNDED), broken);
  });

  it('refuses, before anything is written, what the budget does not hold', () => {
    const one = charged([1]).spent()!;
    const three = charged([1, 2, 3]).spent()!;
    const ledger = charged([1, 2], { ...UNBOUNDED, epsilon: three });
    assert.equal(ledger.refusal(testCharge(3)), undefined);
    ledger.charge(testCharge(3));
    assert.equal(ledger.spent(), three);
    assert.notEqual(ledger.refusal(testCharge(4)), undefined);
    assert.throws(() => ledger.charge(testCharge(4)), refusedAs('PRIVACY_BUDGET_EXHAUSTED', /round 4, attempt 1/));
    assert.equal(ledger.entries.length, 3);
    assert.ok(one < three && one > 0);
    // What was spent elsewhere counts from the start.
    const elsewhere = [{ event: testCharge(1).event, count: 2 }];
    const other = charged([1], { ...UNBOUNDED, elsewhere });
    assert.equal(other.spent(), three);
  });

  it('charges one session once: a second reply is free, a retry is another session and is charged again', () => {
    const ledger = charged([1]);
    const [first] = ledger.entries;
    assert.equal(ledger.charge(testCharge(1)), first);
    assert.equal(ledger.spentAfter(testCharge(1)), ledger.spent());
    ledger.charge(testCharge(1, { attempt: 2, session: 'ab' }));
    assert.equal(ledger.entries.length, 2);
    const cheaper = testCharge(1, { event: { kind: 'gaussian', noiseMultiplier: 1e6 } });
    assert.throws(() => ledger.charge(cheaper), refusedAs('PRIVACY_LEDGER_REFUSED', /charged before/));
  });

  it('refuses more attempts than were planned, whatever epsilon would hold; own sums are not attempts', () => {
    const ledger = charged([1, 2], { ...UNBOUNDED, attempts: 3 });
    ledger.accept(charged([1, 2, 3]).entries);
    ledger.charge(testCharge(3));
    const more = testCharge(4);
    assert.throws(() => ledger.charge(more), refusedAs('PRIVACY_BUDGET_EXHAUSTED', /one more than the 3 attempts/));
    assert.equal(ledger.entries.length, 4, 'nothing is written; the one taken over has an entry of its own');
    ledger.charge(testCharge(4, { scope: 'platform', session: 'own' }));
  });

  it('records without privacy too, and bounds nothing then', () => {
    const budget: LedgerBudget = { epsilon: null, delta: 1e-6, elsewhere: [] };
    const ledger = Ledger.open('f', new MemoryLedgerStore(), budget);
    ledger.charge(testCharge(1, { event: { kind: 'unprotected' } }));
    assert.equal(ledger.spent(), null);
    const strict = Ledger.open('f', new MemoryLedgerStore(), UNBOUNDED);
    assert.throws(
      () => strict.charge(testCharge(1, { event: { kind: 'unprotected' } })),
      refusedAs('PRIVACY_BUDGET_EXHAUSTED'),
    );
  });

  it('accepts a ledger that contains its own charges unchanged and in order, and takes over the gaps', () => {
    const own = charged([1, 3]);
    const adopted = own.accept(charged([1, 2, 3, 4]).entries);
    assert.deepEqual(
      adopted.map(({ charge, origin }) => [charge.round, origin]),
      [
        [2, 'adopted'],
        [4, 'adopted'],
      ],
    );
    assert.equal(own.spent(), charged([1, 2, 3, 4]).spent());
    verifyLedger('f', own.entries);
    // Again, and after going on, it is still the same ledger: what was taken over late does not count as out of order.
    assert.deepEqual(own.accept(charged([1, 2, 3, 4]).entries), []);
    own.charge(testCharge(5));
    assert.deepEqual(own.accept(charged([1, 2, 3, 4, 5]).entries), []);
  });

  it('charges what was taken over only as far as the budget holds it', () => {
    const two = charged([1, 2]).spent()!;
    const ledger = charged([1], { ...UNBOUNDED, epsilon: two });
    ledger.accept(charged([1, 2]).entries);
    assert.equal(ledger.charge(testCharge(2)).origin, 'own', 'it fits');
    assert.equal(ledger.spent(), two, 'and is counted once');
    assert.equal(ledger.charge(testCharge(2)), ledger.entries[2]);
    ledger.accept(charged([1, 2, 3]).entries);
    const written = ledger.entries.length;
    assert.throws(() => ledger.charge(testCharge(3)), refusedAs('PRIVACY_BUDGET_EXHAUSTED', /round 3/));
    assert.equal(ledger.entries.length, written);
    assert.equal(ledger.charge(testCharge(1)), ledger.entries[0], 'paid for here before');
  });

  it('keeps its own order also when the other side tells of every charge before it is made here', () => {
    const own = charged([]);
    for (const round of [1, 2]) {
      own.accept(charged([1, 2].slice(0, round)).entries);
      own.charge(testCharge(round));
    }
    assert.deepEqual(
      own.entries.map(({ charge, origin }) => [charge.round, origin]),
      [
        [1, 'adopted'],
        [1, 'own'],
        [2, 'adopted'],
        [2, 'own'],
      ],
    );
    assert.equal(own.spent(), charged([1, 2]).spent());
    assert.throws(() => own.accept(charged([2, 1]).entries), refusedAs('PRIVACY_LEDGER_REFUSED', /out of order/));
    const rows = own.entries.map((entry) => JSON.stringify(entry));
    const report = reportLedger({ federation: 'f', platform: 'a' }, rows, UNBOUNDED);
    assert.equal(report.spent, own.spent());
    assert.equal(report.entries[1].spent, report.entries[0].spent);
  });

  it("does not ask the coordinator for a platform's own sums", () => {
    const own = charged([1]);
    own.charge(testCharge(1, { scope: 'platform', label: 'encoder/counts' }));
    assert.deepEqual(own.accept(charged([1]).entries), []);
  });

  it('refuses a ledger that lacks, lowers or reorders a charge, or whose chain is broken', () => {
    const own = charged([1, 2]);
    const refused = (message: RegExp) => refusedAs('PRIVACY_LEDGER_REFUSED', message);
    assert.throws(() => own.accept([]), refused(/lacks round 1/));
    assert.throws(() => own.accept(charged([1]).entries), refused(/lacks round 2/));
    assert.throws(() => own.accept(charged([2, 1]).entries), refused(/out of order/));
    const lowered = Ledger.open('f', new MemoryLedgerStore(), UNBOUNDED);
    lowered.charge(testCharge(1));
    lowered.charge(testCharge(2, { event: { kind: 'gaussian', noiseMultiplier: 1e6 } }));
    assert.throws(() => own.accept(lowered.entries), refused(/altered round 2/));
    const { entries } = charged([1, 2, 3]);
    assert.throws(
      () => own.accept([...entries.slice(0, 2), { ...entries[2], hash: '00' }]),
      refusedAs('PRIVACY_LEDGER_BROKEN'),
    );
    assert.equal(own.entries.length, 2);
    const taken = charged([1]);
    taken.accept(charged([1, 2]).entries);
    assert.throws(() => taken.accept(charged([1]).entries), refused(/lacks round 2/), 'what was taken over stays');
  });

  it('takes over nothing that would lower the spend, or that no masked sum can cost', () => {
    const events: readonly unknown[] = [
      { kind: 'zcdp', rho: -1 },
      { kind: 'zcdp', rho: 1e-3 },
      { kind: 'gaussian', noiseMultiplier: 5 },
      { kind: 'discrete-gaussian', sigma: 100, sensitivity: 0 },
      { kind: 'discrete-gaussian', sigma: '100', sensitivity: 1 },
      { kind: 'discrete-gaussian', sigma: Number.NaN, sensitivity: 1 },
      { ...testCharge(2).event, shares: -6 },
      { ...testCharge(2).event, shares: 1.5 },
      { ...testCharge(2).event, dimension: 0.5 },
      { ...testCharge(2).event, sensitivityL1: 0 },
      { kind: 'poisson-sampled', rate: 0, event: testCharge(2).event },
      { kind: 'poisson-sampled', rate: 1.5, event: testCharge(2).event },
      { kind: 'poisson-sampled', rate: -0.5, event: testCharge(2).event },
      { kind: 'poisson-sampled', rate: 0.5 },
      { kind: 'poisson-sampled', rate: 0.5, event: null },
      { kind: 'poisson-sampled', rate: 0.5, event: { kind: 'zcdp', rho: 1e-9 } },
      { kind: 'poisson-sampled', rate: 0.5, event: { ...testCharge(2).event, localSigma: -1 } },
      { kind: 'nothing' },
    ];
    for (const event of events) {
      const theirs = Ledger.open('f', new MemoryLedgerStore(), { ...UNBOUNDED, epsilon: null });
      theirs.charge(testCharge(1));
      theirs.charge(testCharge(2, { event: event as PrivacyEvent }));
      const own = charged([1]);
      assert.throws(() => own.accept(theirs.entries), refusedAs('PRIVACY_LEDGER_REFUSED', /no round makes/));
      assert.equal(own.entries.length, 1);
    }
  });

  it('refuses a charge whose cost cannot be computed', () => {
    const event = { kind: 'gaussian', noiseMultiplier: Number.NaN } as const;
    assert.throws(() => charged([]).charge(testCharge(1, { event })));
  });

  it('killed at any write, on either side, it has never released what is not charged', () => {
    // An attempt: the coordinator charges, shows the survivors; the platform charges, replies. Killed after any number of
    // writes, both sides start again from their stores with a new session.
    class DyingStore implements LedgerStore {
      readonly #kept: MemoryLedgerStore;
      readonly #life: { steps: number };
      constructor(kept: MemoryLedgerStore, life: { steps: number }) {
        this.#kept = kept;
        this.#life = life;
      }
      append(entry: LedgerEntry): void {
        if (this.#life.steps-- === 0) throw new Error('killed before the write');
        this.#kept.append(entry);
        if (this.#life.steps-- === 0) throw new Error('killed after the write');
      }
      entries(): readonly LedgerEntry[] {
        return this.#kept.entries();
      }
    }
    const budget: LedgerBudget = { ...UNBOUNDED, epsilon: charged([1, 2, 3, 4]).spent()! };
    for (let steps = 0; steps < 18; steps++) {
      const stores = [new MemoryLedgerStore(), new MemoryLedgerStore()];
      const released: string[] = [];
      let attempt = 0;
      for (const life of [{ steps }, { steps: 1e9 }]) {
        const [coordinator, platform] = stores.map((store) => Ledger.open('f', new DyingStore(store, life), budget));
        try {
          for (;;) {
            attempt += 1;
            const charge = testCharge(attempt, { session: `${attempt}` });
            coordinator.charge(charge);
            platform.accept(coordinator.entries);
            platform.charge(charge);
            released.push(charge.session);
          }
        } catch (error) {
          if (life.steps > 1e6) assert.ok(refusedAs('PRIVACY_BUDGET_EXHAUSTED')(error), String(error));
        }
      }
      for (const store of stores) {
        const entries = store.entries();
        verifyLedger('f', entries);
        assert.ok(distinctCharges(entries).length <= 4);
        for (const session of released) assert.ok(entries.some(({ charge }) => charge.session === session));
      }
      assert.ok(released.length >= 3 && released.length <= 4, `${released.length} released`);
    }
  });
});
