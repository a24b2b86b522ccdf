import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import {
  canonicalEntry,
  entryHash,
  genesis,
  Ledger,
  MemoryLedgerStore,
  verifyLedger,
} from '../../core/privacy/ledger/ledger.ts';
import type { LedgerBudget, LedgerEntry, LedgerRules, LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { reportLedger } from '../../core/privacy/ledger/ledger-report.ts';
import { ledgerStoreCompliance, testCharge, testRefund, TRUSTING, UNBOUNDED } from '../../compliance/ledger-store.ts';

const refusedAs = (code: string, message?: RegExp) => (error: unknown) =>
  error instanceof PrivacyError && error.code === code && (message?.test(error.message) ?? true);

function opened(
  budget: LedgerBudget = UNBOUNDED,
  rules: LedgerRules = TRUSTING,
  store: LedgerStore = new MemoryLedgerStore(),
): Ledger {
  return Ledger.open('f', store, budget, rules);
}

function charged(rounds: readonly number[], budget: LedgerBudget = UNBOUNDED, rules: LedgerRules = TRUSTING): Ledger {
  const ledger = opened(budget, rules);
  for (const round of rounds) ledger.charge(testCharge(round));
  return ledger;
}

/** [origin, kind, round] of each entry. */
const told = (entries: readonly LedgerEntry[]): readonly (readonly [string, string, number])[] =>
  entries.map(({ origin, charge, refund }) =>
    charge === undefined ? [origin, 'refund', refund.round] : [origin, 'charge', charge.round],
  );

ledgerStoreCompliance('in-memory', () => ({ open: () => new MemoryLedgerStore(), close: () => undefined }));

describe('ledger', () => {
  it('has canonical bytes and a chain that starts at the federation', () => {
    const ledger = charged([1, 2]);
    const [first, second] = ledger.entries;
    assert.equal(
      new TextDecoder().decode(canonicalEntry(first)),
      `{"charge":{"attempt":1,"event":{"dimension":2048,"kind":"distributed-discrete-gaussian","localSigma":351.3644831225831,"sensitivity":512,"shares":6},"label":"round","round":1,"scope":"federation","session":"${'1'.padStart(64, '0')}","version":1},"ledger":3,"origin":"own","previous":"${genesis('f')}","sequence":0}`,
    );
    assert.equal(second.previous, first.hash);
    assert.match(first.hash, /^[0-9a-f]{64}$/);
    const refund = ledger.refund(testRefund(1));
    assert.equal(
      new TextDecoder().decode(canonicalEntry(refund)),
      `{"ledger":3,"origin":"own","previous":"${second.hash}","refund":{"attempt":1,"label":"round","proof":{"keys":[],"parametersHash":"${'00'.repeat(32)}","statements":[]},"round":1,"scope":"federation","session":"${'1'.padStart(64, '0')}"},"sequence":2}`,
    );
  });

  it('finds any alteration, cut in the middle, swap and foreign federation', () => {
    const ledger = charged([1, 2, 3]);
    ledger.refund(testRefund(2));
    const { entries } = ledger;
    verifyLedger('f', entries);
    const broken = refusedAs('PRIVACY_LEDGER_BROKEN');
    assert.throws(() => verifyLedger('g', entries), broken);
    assert.throws(() => verifyLedger('f', entries.toSpliced(1, 1)), broken);
    assert.throws(() => verifyLedger('f', [entries[1], entries[0], ...entries.slice(2)]), broken);
    const what = fc.constantFrom('round', 'attempt', 'session', 'label', 'origin', 'hash');
    fc.assert(
      fc.property(fc.nat(3), what, (index, field) => {
        const entry = entries[index];
        const release = {
          ...(field === 'round' ? { round: 77 } : {}),
          ...(field === 'attempt' ? { attempt: 2 } : {}),
          ...(field === 'session' ? { session: 'ff' } : {}),
          ...(field === 'label' ? { label: 'another' } : {}),
        };
        const link = {
          ...(field === 'origin' ? { origin: 'adopted' as const } : {}),
          ...(field === 'hash' ? { hash: entry.hash.replace(/^./, (c) => (c === '0' ? '1' : '0')) } : {}),
        };
        const altered: LedgerEntry =
          entry.charge === undefined
            ? { ...entry, ...link, refund: { ...entry.refund, ...release } }
            : { ...entry, ...link, charge: { ...entry.charge, ...release } };
        assert.throws(() => verifyLedger('f', entries.with(index, altered)), broken);
      }),
    );
    const [, , , refund] = entries;
    const proof = { ...refund.refund!.proof, parametersHash: '11'.repeat(32) };
    const reproved: LedgerEntry = { ...refund, charge: undefined, refund: { ...refund.refund!, proof } };
    assert.throws(() => verifyLedger('f', entries.with(3, reproved)), broken);
    const store = new MemoryLedgerStore();
    for (const entry of entries) store.append(entry);
    assert.throws(() => Ledger.open('g', store, UNBOUNDED, TRUSTING), broken);
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
    // Spending elsewhere counts from the start.
    const elsewhere = [{ event: testCharge(1).event, count: 2 }];
    const other = charged([1], { ...UNBOUNDED, elsewhere });
    assert.equal(other.spent(), three);
  });

  it('charges one session once: a second grant is free, a retry is another session and is charged again', () => {
    const ledger = charged([1]);
    const [first] = ledger.entries;
    assert.equal(ledger.charge(testCharge(1)), first);
    assert.equal(ledger.spentAfter(testCharge(1)), ledger.spent());
    ledger.charge(testCharge(1, { attempt: 2, session: 'ab' }));
    assert.equal(ledger.entries.length, 2);
    const cheaper = testCharge(1, { event: { kind: 'gaussian', noiseMultiplier: 1e6 } });
    assert.throws(() => ledger.charge(cheaper), refusedAs('PRIVACY_LEDGER_REFUSED', /charged before/));
  });

  it('answers whether there is room before an attempt has a session: nothing that is charged stands for it', () => {
    const ledger = charged([1, 2], { ...UNBOUNDED, attempts: 2 });
    const { session: _, ...proposed } = testCharge(2);
    assert.equal(ledger.refusal(testCharge(2)), undefined, 'the session that was charged is paid for');
    assert.match(ledger.refusal(proposed)!.message, /one more than the 2 attempts/);
    assert.ok(ledger.spentAfter(proposed)! > ledger.spent()!);
  });

  it('charges no attempt that the plan does not know, and asks nothing about own sums', () => {
    const rules = { ...TRUSTING, chargeProblem: () => 'and the plan has no such sum' };
    const ledger = opened(UNBOUNDED, rules);
    assert.throws(() => ledger.charge(testCharge(1)), refusedAs('PRIVACY_LEDGER_REFUSED', /no such sum/));
    ledger.charge(testCharge(1, { scope: 'platform' }));
    assert.equal(ledger.entries.length, 1);
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
    const ledger = opened({ epsilon: null, delta: 1e-6, elsewhere: [] });
    ledger.charge(testCharge(1, { event: { kind: 'unprotected' } }));
    assert.equal(ledger.spent(), null);
    assert.throws(
      () => opened().charge(testCharge(1, { event: { kind: 'unprotected' } })),
      refusedAs('PRIVACY_BUDGET_EXHAUSTED'),
    );
  });

  it('refuses a charge whose cost cannot be computed', () => {
    const event = { kind: 'gaussian', noiseMultiplier: Number.NaN } as const;
    assert.throws(() => charged([]).charge(testCharge(1, { event })));
  });
});

describe('a refund', () => {
  it('takes a charge back: spent, attempts and room fall as if it had never been made, entries only grow', () => {
    const budget = { ...UNBOUNDED, epsilon: charged([1, 2]).spent()!, attempts: 2 };
    const ledger = charged([1, 2], budget);
    assert.equal(ledger.refusal(testCharge(3))?.code, 'PRIVACY_BUDGET_EXHAUSTED');
    const entry = ledger.refund(testRefund(1));
    assert.deepEqual([entry.sequence, entry.origin, ledger.entries.length], [2, 'own', 3]);
    assert.deepEqual([ledger.spent(), ledger.attempts, ledger.refunds], [charged([2]).spent(), 1, 1]);
    assert.deepEqual(ledger.refundable(), [testCharge(2)]);
    assert.equal(ledger.refundsLeft(1), 2);
    ledger.charge(testCharge(3));
    assert.equal(ledger.spent(), budget.epsilon);
    assert.throws(() => ledger.charge(testCharge(4)), refusedAs('PRIVACY_BUDGET_EXHAUSTED'));
    verifyLedger('f', ledger.entries);
  });

  it('outlives the process', () => {
    const store = new MemoryLedgerStore();
    const ledger = opened(UNBOUNDED, TRUSTING, store);
    ledger.charge(testCharge(1));
    ledger.charge(testCharge(2));
    ledger.refund(testRefund(2));
    const again = opened(UNBOUNDED, TRUSTING, store);
    assert.deepEqual([again.spent(), again.attempts, again.refundsLeft(1)], [ledger.spent(), 1, 2]);
    assert.throws(() => again.refund(testRefund(2)), refusedAs('PRIVACY_LEDGER_REFUSED', /second time/));
  });

  it('is refused without its charge, a second time, beyond F, under another name, without proof, and of what this side keeps', () => {
    const rules: LedgerRules = {
      ...TRUSTING,
      refundProblem: ({ round }) => (round === 4 ? 'lacks a statement' : undefined),
      keeps: (session, isOwn) => isOwn && session.endsWith('5'),
    };
    const ledger = charged([1, 2, 3, 4, 5, 6], UNBOUNDED, rules);
    const refused = (message: RegExp) => refusedAs('PRIVACY_LEDGER_REFUSED', message);
    const written = ledger.entries.length;
    assert.throws(() => ledger.refund(testRefund(9)), refused(/which was not charged/));
    assert.throws(
      () => ledger.refund(testRefund(1, { attempt: 2 })),
      refused(/under the session of round 1, attempt 1/),
    );
    assert.throws(() => ledger.refund(testRefund(1, { round: 2 })), refused(/under the session of round 1/));
    assert.throws(() => ledger.refund(testRefund(4)), refused(/lacks a statement/));
    assert.throws(() => ledger.refund(testRefund(5)), refused(/has not given up/));
    assert.equal(ledger.entries.length, written, 'nothing is written');
    for (const round of [1, 2, 3]) ledger.refund(testRefund(round));
    assert.throws(() => ledger.refund(testRefund(3)), refused(/second time/));
    assert.throws(() => ledger.refund(testRefund(6)), refused(/one more than the 3 refunds/));
    assert.equal(ledger.refundsLeft(1), 0);
  });

  it('ends its session: nothing may leave in it any more, also where the charge was known from the other side alone', () => {
    const ledger = charged([1]);
    ledger.refund(testRefund(1));
    assert.throws(() => ledger.charge(testCharge(1)), refusedAs('PRIVACY_LEDGER_REFUSED', /session is over/));
    const theirs = charged([1, 2]);
    theirs.refund(testRefund(1));
    theirs.refund(testRefund(2));
    ledger.accept(theirs.entries);
    assert.throws(() => ledger.charge(testCharge(2)), refusedAs('PRIVACY_LEDGER_REFUSED', /session is over/));
  });

  it('gives no more than R + F uploads, whoever proves what', () => {
    const budget = { ...UNBOUNDED, attempts: 2 };
    const ledger = opened(budget);
    let uploads = 0;
    const upload = (): void => {
      ledger.charge(testCharge(uploads + 1));
      uploads += 1;
    };
    upload();
    upload();
    for (let i = 0; i < 3; i++) {
      ledger.refund(testRefund(i + 1));
      upload();
    }
    assert.equal(uploads, 2 + TRUSTING.mostRefunds);
    assert.throws(() => ledger.charge(testCharge(99)), refusedAs('PRIVACY_BUDGET_EXHAUSTED'));
    // Even if a store holds more refunds than the plan allows, because the uploads are counted too.
    const store = new MemoryLedgerStore();
    const loose = opened(budget, { ...TRUSTING, mostRefunds: 50 }, store);
    for (let round = 1; round <= 20; round++) {
      loose.charge(testCharge(round));
      loose.refund(testRefund(round));
    }
    const strict = opened(budget, TRUSTING, store);
    assert.throws(() => strict.charge(testCharge(99)), refusedAs('PRIVACY_BUDGET_EXHAUSTED', /5 uploads/));
  });

  it('that cannot stand where it stands makes a store’s ledger a broken one', () => {
    for (const bodies of [[testRefund(1)], [testCharge(1), testRefund(1), testRefund(1)]] as const) {
      const store = new MemoryLedgerStore();
      const chain = opened(UNBOUNDED, TRUSTING, new MemoryLedgerStore());
      let previous = genesis('f');
      for (const [sequence, body] of bodies.entries()) {
        const open = {
          sequence,
          origin: 'own' as const,
          previous,
          ...('proof' in body ? { refund: body } : { charge: body }),
        };
        const hash = entryHash(open);
        store.append({ ...open, hash });
        previous = hash;
      }
      verifyLedger('f', store.entries());
      assert.throws(() => opened(UNBOUNDED, TRUSTING, store), refusedAs('PRIVACY_LEDGER_BROKEN'));
      assert.throws(() => chain.accept(store.entries()), refusedAs('PRIVACY_LEDGER_REFUSED'));
      const rows = store.entries().map((entry) => JSON.stringify(entry));
      assert.equal(reportLedger({ federation: 'f', platform: null }, rows, UNBOUNDED).intact, false);
    }
  });
});

describe('what a ledger takes over from the other side', () => {
  it('is what it lacks, where all its own charges are there unchanged and in order', () => {
    const own = charged([1, 3]);
    assert.deepEqual(told(own.accept(charged([1, 2, 3, 4]).entries)), [
      ['adopted', 'charge', 2],
      ['adopted', 'charge', 4],
    ]);
    assert.equal(own.spent(), charged([1, 2, 3, 4]).spent());
    verifyLedger('f', own.entries);
    // A repeated check, also after new charges, finds the same ledger: charges taken over late do not count as out of
    // order.
    assert.deepEqual(own.accept(charged([1, 2, 3, 4]).entries), []);
    own.charge(testCharge(5));
    assert.deepEqual(own.accept(charged([1, 2, 3, 4, 5]).entries), []);
  });

  it('is charged only as far as the budget holds it', () => {
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

  it('keeps this side’s order also when the other tells of every charge before it is made here', () => {
    const own = charged([]);
    for (const round of [1, 2]) {
      own.accept(charged([1, 2].slice(0, round)).entries);
      own.charge(testCharge(round));
    }
    assert.deepEqual(told(own.entries), [
      ['adopted', 'charge', 1],
      ['own', 'charge', 1],
      ['adopted', 'charge', 2],
      ['own', 'charge', 2],
    ]);
    assert.equal(own.spent(), charged([1, 2]).spent());
    assert.throws(() => own.accept(charged([2, 1]).entries), refusedAs('PRIVACY_LEDGER_REFUSED', /out of order/));
    const rows = own.entries.map((entry) => JSON.stringify(entry));
    const report = reportLedger({ federation: 'f', platform: 'a' }, rows, UNBOUNDED);
    assert.equal(report.spent, own.spent());
    assert.equal(report.entries[1].spent, report.entries[0].spent);
  });

  it("does not depend on a platform's own sums", () => {
    const own = charged([1]);
    own.charge(testCharge(1, { scope: 'platform', label: 'encoder/counts' }));
    assert.deepEqual(own.accept(charged([1]).entries), []);
  });

  it('are refunds too, of charges made here and of those taken over; that only one side refunded is no disagreement', () => {
    const own = charged([1, 2]);
    const theirs = charged([1, 2, 3]);
    theirs.refund(testRefund(1));
    theirs.refund(testRefund(3));
    assert.deepEqual(told(own.accept(theirs.entries)), [
      ['adopted', 'charge', 3],
      ['adopted', 'refund', 1],
      ['adopted', 'refund', 3],
    ]);
    assert.deepEqual([own.spent(), own.attempts], [theirs.spent(), 1]);
    assert.deepEqual(own.accept(theirs.entries), []);
    const reproved = charged([1, 2, 3]);
    const otherProof = { parametersHash: '11'.repeat(32), keys: [], statements: [] };
    reproved.refund(testRefund(1, { proof: otherProof }));
    assert.deepEqual(own.accept(reproved.entries), [], 'other proof of the same, and one refund fewer');
    assert.equal(own.attempts, 1);
  });

  it('leaves a charge that this side must keep, until it need not any more', () => {
    const kept = new Set([testCharge(2).session]);
    const rules: LedgerRules = { ...TRUSTING, keeps: (session, isOwn) => isOwn && kept.has(session) };
    const own = charged([1, 2], UNBOUNDED, rules);
    const theirs = charged([1, 2]);
    theirs.refund(testRefund(2));
    theirs.refund(testRefund(1));
    assert.deepEqual(told(own.accept(theirs.entries)), [['adopted', 'refund', 1]]);
    assert.equal(own.spent(), charged([2]).spent());
    kept.clear();
    assert.deepEqual(told(own.accept(theirs.entries)), [['adopted', 'refund', 2]]);
    assert.deepEqual(own.attempts, 0);
  });

  it('is no charge beyond R: what this side keeps and others took back must not use up the room of its own sums', () => {
    const rules: LedgerRules = { ...TRUSTING, keeps: (_session, isOwn) => isOwn };
    const own = charged([1], { ...UNBOUNDED, attempts: 2 }, rules);
    const theirs = charged([1], { ...UNBOUNDED, attempts: 2 });
    theirs.refund(testRefund(1));
    theirs.charge(testCharge(2));
    theirs.charge(testCharge(3));
    assert.deepEqual(told(own.accept(theirs.entries)), [['adopted', 'charge', 2]]);
    theirs.refund(testRefund(3));
    assert.deepEqual(own.accept(theirs.entries), [], 'nor the refund of what was not taken over');
    assert.equal(own.attempts, 2);
  });

  it('is nothing of a ledger that lacks, changes or reorders a charge, or whose chain is broken', () => {
    const own = charged([1, 2]);
    const refused = (message: RegExp) => refusedAs('PRIVACY_LEDGER_REFUSED', message);
    assert.throws(() => own.accept([]), refused(/lacks round 1/));
    assert.throws(() => own.accept(charged([1]).entries), refused(/lacks round 2/));
    assert.throws(() => own.accept(charged([2, 1]).entries), refused(/out of order/));
    const lowered = opened();
    lowered.charge(testCharge(1));
    lowered.charge(testCharge(2, { event: { kind: 'gaussian', noiseMultiplier: 1e5 } }));
    assert.throws(() => own.accept(lowered.entries), refused(/charges round 2.* differently from/));
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

  it('is nothing of a ledger with one entry that no coordinator can have, and nothing is computed of it', () => {
    let judged = 0;
    const rules: LedgerRules = {
      ...TRUSTING,
      chargeProblem: ({ round }) => (round > 10 ? `and the plan's rounds are 1 to 10` : undefined),
      refundProblem: ({ round }) => (round === 3 ? (judged++, 'lacks a statement') : undefined),
    };
    const attempt = (ledger: Ledger, message: RegExp): void => {
      const own = charged([1], { ...UNBOUNDED, attempts: 3 }, rules);
      assert.throws(() => own.accept(ledger.entries), refusedAs('PRIVACY_LEDGER_REFUSED', message));
      assert.equal(own.entries.length, 1, `${message.source}: nothing is stored, not even what came before it`);
    };
    attempt(charged([1, 2, 11]), /round 11.*rounds are 1 to 10/);
    attempt(charged([1, 2, 3, 4]), /one more than the 3 attempts/);
    const ownSum = charged([1, 2]);
    ownSum.charge(testCharge(3, { scope: 'platform' }));
    attempt(ownSum, /a platform's own sum/);
    const second = charged([1, 2]);
    second.charge(testCharge(2, { session: 'ab'.repeat(32) }));
    attempt(second, /round 2, attempt 1 .* under a second session/);
    const foreign = charged([1]);
    foreign.accept(charged([1, 2]).entries);
    attempt(foreign, /taken over from another ledger/);
    const unproved = charged([1, 2, 3]);
    unproved.refund(testRefund(3));
    attempt(unproved, /takes back round 3.* its proof lacks a statement/);
    assert.equal(judged, 1);
    const many = opened(UNBOUNDED, { ...TRUSTING, mostRefunds: 9 });
    for (const round of [1, 2, 4, 5]) many.charge(testCharge(round));
    for (const round of [1, 2, 4, 5]) many.refund(testRefund(round));
    attempt(many, /one more than the 3 attempts/);
    const early = opened(UNBOUNDED, { ...TRUSTING, mostRefunds: 9 });
    for (const round of [1, 2, 4, 5]) {
      early.charge(testCharge(round));
      early.refund(testRefund(round));
    }
    attempt(early, /one more than the 3 refunds/);
    const long = opened(UNBOUNDED, { ...TRUSTING, mostRefunds: 99 });
    for (let round = 1; round <= 5; round++) {
      long.charge(testCharge(round));
      long.refund(testRefund(round));
    }
    assert.equal(long.entries.length, 10);
    attempt(long, /has 10 entries; the plan leaves room for 9/);
  });

  it('has no more refunds of this side than F, whatever different ledgers it is shown', () => {
    const budget = { ...UNBOUNDED, attempts: 9 };
    const own = charged([1, 2, 3, 4], budget);
    const shown = (rounds: readonly number[]): Ledger => {
      const ledger = charged([1, 2, 3, 4], budget);
      for (const round of rounds) ledger.refund(testRefund(round));
      return ledger;
    };
    own.accept(shown([1, 2]).entries);
    assert.throws(() => own.accept(shown([3, 4]).entries), refusedAs('PRIVACY_LEDGER_REFUSED', /one more than the 3/));
    assert.equal(own.refunds, 2);
    own.accept(shown([3]).entries);
    assert.equal(own.refundsLeft(1), 0);
  });

  it('is judged once an entry, and in no more than R + 2F entries', function () {
    this.timeout(60_000);
    let judged = 0;
    const counting = <Result>(result: Result): Result => {
      judged += 1;
      return result;
    };
    const rules: LedgerRules = {
      chargeProblem: () => counting(undefined),
      refundProblem: () => counting(undefined),
      mostRefunds: 500,
    };
    const budget: LedgerBudget = { epsilon: null, delta: 1e-6, elsewhere: [], attempts: 3000 };
    const theirs = opened(budget, { ...TRUSTING, mostRefunds: 500 });
    for (let round = 1; round <= 3000; round++) theirs.charge(testCharge(round));
    for (let round = 1; round <= 500; round++) theirs.refund(testRefund(round));
    const own = opened(budget, rules);
    assert.equal(own.accept(theirs.entries).length, 3500);
    assert.equal(judged, 3500);
    assert.deepEqual(own.accept(theirs.entries), []);
    assert.equal(judged, 3500, 'what is known is not judged again');
    assert.equal(own.mostEntries, 4000);
  });
});

describe('a ledger under sudden death', () => {
  it('killed at any write, on either side, it has never released what is not charged', () => {
    // An attempt: the coordinator charges and grants; the platform charges and uploads. Killed after any number of writes,
    // both sides start again from their stores with a new session.
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
        const [coordinator, platform] = stores.map((store) => opened(budget, TRUSTING, new DyingStore(store, life)));
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
        assert.ok(Accounts.of(entries).attempts <= 4);
        for (const session of released) assert.ok(entries.some(({ charge }) => charge?.session === session));
      }
      assert.ok(released.length >= 3 && released.length <= 4, `${released.length} released`);
    }
  });
});

describe('the report of a ledger', () => {
  const rows = (ledger: Ledger): readonly string[] => ledger.entries.map((entry) => JSON.stringify(entry));

  it('counts what stands charged, entry by entry, and explains a refund in one sentence', () => {
    const ledger = charged([1, 2, 3]);
    ledger.refund(testRefund(2));
    const report = reportLedger({ federation: 'f', platform: 'a' }, rows(ledger), UNBOUNDED);
    assert.deepEqual(
      [report.intact, report.spent, report.attempts, report.refunds],
      [true, charged([1, 3]).spent(), 2, 1],
    );
    assert.deepEqual(
      report.entries.map(({ spent }) => spent),
      [[1], [1, 2], [1, 2, 3], [1, 3]].map((rounds) => charged(rounds).spent()),
    );
    assert.deepEqual(
      report.entries.slice(0, 3).map(({ explained }) => explained),
      [null, null, null],
    );
    assert.match(
      report.entries[3].explained ?? '',
      /^Takes back round 2, attempt 1 \("round"\): 0 of the 0 platforms in it signed .* \(without a manifest the signatures are not checked\)\.$/,
    );
  });

  it('trusts no refund whose proof does not hold, and none beyond F, where a manifest says so', () => {
    const ledger = charged([1, 2]);
    ledger.refund(testRefund(2));
    const reported = (rules: Pick<LedgerRules, 'refundProblem' | 'mostRefunds'>) =>
      reportLedger({ federation: 'f', platform: null }, rows(ledger), UNBOUNDED, { rules });
    assert.equal(reported(TRUSTING).intact, true);
    const unproved = reported({ ...TRUSTING, refundProblem: () => 'lacks a statement' });
    assert.deepEqual([unproved.intact, unproved.spent], [false, null]);
    assert.match(unproved.problem ?? '', /^entry 2 takes back round 2.* lacks a statement$/);
    assert.match(
      reported({ ...TRUSTING, mostRefunds: 0 }).problem ?? '',
      /takes back 1 charges of version 1; its plan allows 0/,
    );
  });
});
