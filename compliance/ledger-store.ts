import assert from 'node:assert/strict';
import { Ledger, verifyLedger } from '../core/privacy/ledger/ledger.ts';
import type { Charge, LedgerBudget, LedgerRules, LedgerStore, Refund } from '../core/privacy/ledger/ledger.ts';

export interface LedgerStoreSetup {
  /** A new, empty store. */
  open(): LedgerStore;
  /** Opens the same durable state again, as a new process would. Absent for stores that keep nothing. */
  reopen?(): LedgerStore;
  close(): void;
}

export const UNBOUNDED: LedgerBudget = { epsilon: 1000, delta: 1e-6, elsewhere: [] };

/** Rules under which every charge is planned and every refund proved. */
export const TRUSTING: LedgerRules = {
  chargeProblem: () => undefined,
  refundProblem: () => undefined,
  mostRefunds: 3,
};

/** A refund for the session of `testCharge`. Its proof proves nothing. */
export function testRefund(round: number, given: Partial<Refund> = {}): Refund {
  const { label, attempt, session } = testCharge(round);
  const proof = { parametersHash: '00'.repeat(32), keys: [], statements: [] };
  return { scope: 'federation', label, round, attempt, session, proof, ...given };
}

/** The charge of one attempt at a round. */
export function testCharge(round: number, given: Partial<Charge> = {}): Charge {
  return {
    scope: 'federation',
    version: 1,
    label: 'round',
    round,
    attempt: 1,
    session: `${round}`.padStart(64, '0'),
    event: {
      kind: 'distributed-discrete-gaussian',
      localSigma: Math.sqrt(123_457),
      shares: 6,
      dimension: 2048,
      sensitivity: 512,
    },
    ...given,
  };
}

/** Requirements for every {@link LedgerStore}. */
export function ledgerStoreCompliance(name: string, setup: () => LedgerStoreSetup): void {
  describe(`${name} ledger store`, () => {
    let under: LedgerStoreSetup;
    let store: LedgerStore;
    beforeEach(() => {
      under = setup();
      store = under.open();
    });
    afterEach(() => under.close());

    it('starts empty', () => {
      assert.deepEqual(store.entries(), []);
    });

    it('gives back every entry to the last bit, in order', () => {
      const ledger = Ledger.open('f', store, UNBOUNDED, TRUSTING);
      const written = [1, 2, 3].map((round) => ledger.charge(testCharge(round)));
      const sum = ledger.charge(
        testCharge(1, { scope: 'platform', event: { kind: 'discrete-gaussian', sigma: 0.1 + 0.2, sensitivity: 7 } }),
      );
      const refund = ledger.refund(testRefund(2));
      assert.deepEqual(store.entries(), [...written, sum, refund]);
      verifyLedger('f', store.entries());
    });

    it('refuses an entry that is not the next one and keeps what it has', () => {
      const first = Ledger.open('f', store, UNBOUNDED, TRUSTING).charge(testCharge(1));
      assert.throws(() => store.append(first));
      assert.throws(() => store.append({ ...first, sequence: 2 }));
      assert.deepEqual(store.entries(), [first]);
    });

    it('lets one of two ledgers over the same store go on, and stops the other', () => {
      const [one, two] = [Ledger.open('f', store, UNBOUNDED, TRUSTING), Ledger.open('f', store, UNBOUNDED, TRUSTING)];
      one.charge(testCharge(1));
      assert.throws(() => two.charge(testCharge(2)));
      assert.equal(store.entries().length, 1);
    });

    it('hands out entries that cannot be changed from outside', () => {
      Ledger.open('f', store, UNBOUNDED, TRUSTING).charge(testCharge(1));
      (store.entries() as unknown[]).length = 0;
      assert.equal(store.entries().length, 1);
    });

    it('finds after a restart what append returned from', () => {
      if (under.reopen === undefined) return;
      const ledger = Ledger.open('f', store, UNBOUNDED, TRUSTING);
      const entries = [1, 2].map((round) => ledger.charge(testCharge(round)));
      entries.push(ledger.refund(testRefund(1)));
      const again = under.reopen();
      assert.deepEqual(again.entries(), entries);
      Ledger.open('f', again, UNBOUNDED, TRUSTING).charge(testCharge(3));
      verifyLedger('f', again.entries());
    });
  });
}
