import assert from 'node:assert/strict';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { canonicalEntry, entryHash, genesis, Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { Charge, LedgerEntry, LedgerRules, Refund } from '../../core/privacy/ledger/ledger.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { attemptCharge, ledgerBudget, platformCharge, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import type { LedgerSyncBody } from '../../core/wire/body.ts';
import { TRUSTING } from '../../compliance/ledger-store.ts';
import { enterSession } from '../privacy/refunds.ts';
import type { EnteredSession } from '../privacy/refunds.ts';
import { tinyFederation } from '../server/tiny-federation.ts';

const encoder: SumQuery = {
  label: 'encoder',
  dimension: 8,
  clip: 1,
  repetitions: 1,
  relativeNoise: 1,
  scope: 'platform',
};
const rounds: SumQuery = { ...encoder, label: 'round', scope: 'federation', repetitions: 3 };

/** n = 5, t = 4, c = 1: of a key list of five, at most t - 1 - c = 2 may be without a statement. R = 4, F = 2. */
const tiny = tinyFederation({ platforms: 5, epsilon: 8, dropouts: 1, rounds: { count: 3, refunds: 2 } });
const NAMES = tiny.platforms.map(({ name }) => name);
const ME = NAMES[0];

function planned(sampling?: number): FederationPlan {
  const { manifest } = tiny;
  return {
    ...tiny.plan,
    privacy: planPrivacy({
      ...manifest.privacy,
      spareAttempts: manifest.rounds.spareAttempts,
      refunds: manifest.rounds.refunds,
      ...(sampling !== undefined && { sampling }),
      platforms: NAMES.map((name) => ({ name, personsAbout: 1000, queries: [encoder, rounds] })),
    }),
  };
}

const plan = planned();
const sum = roundSum(plan);
const { federation } = plan.manifest;

describe('A platform’s own ledger', () => {
  const signers = tiny.platforms.map(({ name, identity }) => ({ name, secretKey: identity.secretKey }));
  const entered = (round: number, attempt = 1): EnteredSession => enterSession(federation, signers, round, attempt);
  const chargeOf = ({ round, attempt, session }: EnteredSession): Charge => attemptCharge(sum, round, attempt, session);
  const charge = (round: number, attempt = 1): Charge => chargeOf(entered(round, attempt));

  const coordinator = (of: FederationPlan = plan): Ledger =>
    Ledger.open(
      federation,
      new MemoryLedgerStore(),
      ledgerBudget(of.privacy, 'coordinator'),
      ledgerRules(of, nodeEngine),
    );
  /** A coordinator that follows no rule. */
  const liar = (rules: Partial<LedgerRules> = {}): Ledger =>
    Ledger.open(
      federation,
      new MemoryLedgerStore(),
      { epsilon: null, delta: 1e-6, elsewhere: [] },
      { ...TRUSTING, ...rules },
    );
  const told = (entries: readonly LedgerEntry[], from = 0): LedgerSyncBody => ({
    kind: 'ledger-sync',
    from,
    entries: entries.slice(from).map(canonicalEntry),
  });
  const open = (store: PlatformStore = createMemoryStore()): OwnLedger => new OwnLedger(plan, ME, store);

  /** Takes part up to its upload, as in an attempt. */
  const takePart = (store: PlatformStore, own: OwnLedger, session: EnteredSession): void => {
    const mine = session.entered.get(ME)!;
    store.sessions.enter(mine);
    store.sessions.charging(mine.attempt, session.session);
    own.charge(chargeOf(session));
  };

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
    assert.equal(own.attempts, 2);
  });

  it('charges no more than a later version leaves to this one, once this platform has signed it', () => {
    const store = createMemoryStore();
    const signed = { version: 2, hash: 'ab'.repeat(32), standing: 'signed', attemptsBefore: 2 } as const;
    store.versions.append([signed]);
    const own = open(store);
    for (const round of [1, 2]) own.charge(charge(round));
    assert.equal(own.attemptsOf(1), 2);
    assert.throws(() => own.charge(charge(3)), {
      code: 'PRIVACY_BUDGET_EXHAUSTED',
      message: /one more than the 2 attempts .* version 1, .* or that a later version leaves to it/,
    });
    open().charge(charge(3));
    // It does not follow a coordinator that charges more either.
    const theirs = coordinator();
    for (const round of [1, 2, 3]) theirs.charge(charge(round));
    own.sync(told(theirs.entries));
    assert.match(own.refusal!.message, /round 3.* one more than the 2 attempts of version 1/);
  });

  it('takes over what others have paid for a round of drawn persons', () => {
    const drawn = planned(0.5);
    const missed = attemptCharge(roundSum(drawn), 1, 1, entered(1).session);
    assert.equal(missed.event.kind, 'poisson-sampled');
    const theirs = coordinator(drawn);
    theirs.charge(missed);
    const own = new OwnLedger(drawn, ME, createMemoryStore());
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
    assert.match(own.refusal!.message, /continues at entry 5/);
    const other = coordinator();
    other.charge(charge(1));
    other.charge(charge(3));
    own.sync(told(other.entries));
    assert.match(own.refusal!.message, /changed entry 1/);
  });

  it('refuses what is no ledger', () => {
    const own = open();
    const deep = `{"ledger":3,"sequence":0,"origin":"own","previous":"","charge":${'['.repeat(1000)}${']'.repeat(1000)}}`;
    for (const text of ['', '{}', '[1]', '{"ledger":3}', deep]) {
      own.sync({ kind: 'ledger-sync', from: 0, entries: [new TextEncoder().encode(text)] });
      assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
    }
    const broken = coordinator();
    broken.charge(charge(1));
    const [entry] = broken.entries;
    own.sync(told([{ ...entry, previous: entered(9).session }]));
    assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
    // The earlier format: entries of a store or a coordinator in it are refused.
    const older = canonicalJson({ ...JSON.parse(new TextDecoder().decode(canonicalEntry(entry))), ledger: 1 });
    const other = open();
    other.sync({ kind: 'ledger-sync', from: 0, entries: [new TextEncoder().encode(older)] });
    assert.equal(other.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
  });

  it('refuses a charge that the budget does not hold, before and when it is made', () => {
    const store = createMemoryStore();
    const own = open(store);
    for (let n = 1; n <= 4; n++) own.charge(charge(1, n));
    assert.throws(() => own.charge(charge(1, 5)), { code: 'PRIVACY_BUDGET_EXHAUSTED' });
    assert.equal(store.ledger.entries().length, 4, 'three rounds and a spare attempt');
    assert.throws(() => own.check(proposedAttempt(sum, 1, 4)), { code: 'PRIVACY_BUDGET_EXHAUSTED' });
    assert.ok(own.spent! <= own.budget!);
    assert.equal(open(store).spent, own.spent, 'what is spent outlives the process');
  });

  describe('under a coordinator that lies', () => {
    /** Each charge would be stored and accounted for at once, and at every start. */
    const hostile: readonly (readonly [string, Partial<Charge>])[] = [
      ['2^53 shares', { event: { ...distributed(), localSigma: 100, shares: 2 ** 53 } }],
      ['2^22 shares', { event: { ...distributed(), localSigma: 100, shares: 2 ** 22 } }],
      ['no noise', { event: { kind: 'unprotected' } }],
      ['a cost of nothing', { event: { kind: 'discrete-gaussian', sigma: 1e200, sensitivity: 1e-200 } }],
      ['a cost below zero', { event: { kind: 'discrete-gaussian', sigma: -1, sensitivity: 1 } }],
      ['one share more than planned', { event: { ...distributed(), shares: 4 } }],
      ['persons drawn that are not', { event: { kind: 'poisson-sampled', rate: 0.5, event: distributed() } }],
      ['an empty session', { session: '' }],
      ['a short session', { session: 'ab' }],
      ['a session in capitals', { session: 'AB'.repeat(32) }],
      ['another sum', { label: 'another' }],
      ['its own sum', { scope: 'platform' }],
      ['round 0', { round: 0 }],
      ['a round beyond the last', { round: 4 }],
      ['attempt 0', { attempt: 0 }],
      ['an attempt beyond 32 bits', { attempt: 2 ** 32 }],
    ];

    function distributed() {
      const { event } = proposedAttempt(sum, 1, 1);
      assert.equal(event.kind, 'distributed-discrete-gaussian');
      return event;
    }

    for (const [what, given] of hostile) {
      it(`refuses a charge with ${what}, quickly, before it is stored, and costs nothing at the next start`, () => {
        const store = createMemoryStore();
        const own = open(store);
        own.charge(charge(1));
        const spent = own.spent;
        const theirs = liar();
        theirs.charge(charge(1));
        theirs.charge({ ...charge(2), ...given });
        const start = performance.now();
        own.sync(told(theirs.entries));
        assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_REFUSED', own.refusal?.message);
        assert.ok(performance.now() - start < 2000);
        assert.equal(store.ledger.entries().length, 1);
        assert.equal(open(store).spent, spent);
        own.sync(told(coordinatorOf(charge(1)).entries));
        assert.equal(own.refusal, undefined, 'a true ledger is taken again');
      });
    }

    const coordinatorOf = (...charges: readonly Charge[]): Ledger => {
      const ledger = coordinator();
      for (const each of charges) ledger.charge(each);
      return ledger;
    };

    it('refuses events that no plan makes before the chain is looked at', () => {
      for (const event of [
        { kind: 'zcdp', rho: -1 },
        { kind: 'gaussian', noiseMultiplier: 5 },
        { kind: 'nothing' },
        { kind: 'discrete-gaussian', sigma: '100', sensitivity: 1 },
        { kind: 'poisson-sampled', rate: 0.5, event: { kind: 'zcdp', rho: 1e-9 } },
        { kind: 'discrete-gaussian', sigma: 1, sensitivity: 1, dimension: 1 },
      ]) {
        const theirs = liar();
        theirs.charge({ ...charge(1), event: event as Charge['event'] });
        const own = open();
        own.sync(told(theirs.entries));
        assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_BROKEN');
      }
    });

    it('is not talked into believing that an attempt is paid for before it has a session', () => {
      const own = open();
      for (let n = 1; n <= 4; n++) own.charge(charge(1, n));
      const theirs = coordinatorOf(...[1, 2, 3, 4].map((n) => charge(1, n)));
      own.sync(told(theirs.entries));
      assert.equal(own.refusal, undefined);
      assert.throws(() => own.check(proposedAttempt(sum, 2, 1)), { code: 'PRIVACY_BUDGET_EXHAUSTED' });
    });

    it('keeps room for its own encoder whatever it is told', () => {
      const own = open();
      const theirs = liar();
      for (let n = 1; n <= 40; n++) {
        theirs.charge(charge(1, n));
        own.sync(told(theirs.entries));
      }
      assert.equal(own.attempts, 4, 'more than R were refused');
      own.charge(platformCharge(ME, plannedSum(plan.privacy, ME, 'encoder'), 1));
      assert.ok(own.spent! <= own.budget!);
    });

    it('refuses more entries, and larger ones, than the plan has, before it reads them', () => {
      const own = open();
      const nothing = new Uint8Array(1);
      own.sync({ kind: 'ledger-sync', from: 0, entries: Array<Uint8Array>(9).fill(nothing) });
      assert.match(own.refusal!.message, /has 9 entries; the plan leaves room for 8/);
      own.sync({ kind: 'ledger-sync', from: 0, entries: [nothing, new Uint8Array(2 ** 24)] });
      assert.match(own.refusal!.message, /has an entry \(1\) of 16777216 bytes; none has more than 9216/);
    });
  });

  describe('and refunds', () => {
    const stated = (...names: readonly string[]): readonly string[] => names;
    const [, A, B, C] = NAMES;

    /** The coordinator's ledger after it charged two attempts and took the first charge back. */
    const refunded = (by: readonly string[]): { theirs: Ledger; first: EnteredSession; second: EnteredSession } => {
      const theirs = coordinator();
      const [first, second] = [entered(1), entered(1, 2)];
      for (const session of [first, second]) theirs.charge(chargeOf(session));
      theirs.refund(first.refund(chargeOf(first), by));
      return { theirs, first, second };
    };

    it('takes back what it knows from the coordinator alone, by the proof', () => {
      const own = open();
      own.sync(told(refunded(stated(A, B, C)).theirs.entries));
      assert.equal(own.refusal, undefined);
      assert.deepEqual([own.attempts, own.refunds], [1, 1]);
      const [entry] = [...refunded(stated(A, B, C)).theirs.entries].reverse();
      assert.ok(canonicalEntry(entry).length < 9216, 'an honest refund fits the size that is taken');
    });

    it('takes its own charge back only once it has itself given up, whatever the others prove', () => {
      const store = createMemoryStore();
      const own = open(store);
      const { theirs, first, second } = refunded(NAMES);
      takePart(store, own, first);
      own.sync(told(theirs.entries));
      assert.equal(own.refusal, undefined, 'that the coordinator has refunded it is no disagreement');
      assert.deepEqual([own.attempts, own.refunds], [2, 0]);
      own.recheck();
      assert.equal(own.refunds, 0);
      assert.ok(store.sessions.giveUp(first.entered.get(ME)!.attempt));
      own.recheck();
      assert.deepEqual([own.attempts, own.refunds], [1, 1]);
      assert.deepEqual(
        own.refundable().map(({ session }) => session),
        [second.session],
      );
      assert.deepEqual(
        own.chargedThere().map(({ session }) => session),
        [second.session],
      );
    });

    it('never takes back what it revealed, or has no record of', () => {
      for (const reveals of [true, false]) {
        const store = createMemoryStore();
        const own = open(store);
        const { theirs, first } = refunded(NAMES);
        if (reveals) {
          takePart(store, own, first);
          assert.ok(store.sessions.reveal(first.entered.get(ME)!.attempt, Uint8Array.of(1)));
        } else own.charge(chargeOf(first));
        own.sync(told(theirs.entries));
        own.recheck();
        assert.equal(own.refusal, undefined);
        assert.deepEqual([own.attempts, own.refunds], [2, 0]);
      }
    });

    it('stores nothing of a refund that is not proved, of a ledger that is otherwise true', () => {
      const session = entered(1);
      const whole = chargeOf(session);
      const good = session.refund(whole, [A, B, C]);
      const other = entered(2);
      const { keys, statements, parametersHash } = good.proof;
      const proofs: readonly (readonly [RegExp, Refund['proof']])[] = [
        [/lacks the statements of 3 platforms of 5/, session.refund(whole, [A, B]).proof],
        [/counts a statement twice/, { ...good.proof, statements: [statements[0], statements[0], statements[1]] }],
        [
          /has not signed/,
          { ...good.proof, statements: statements.map((each) => ({ ...each, signature: '00'.repeat(64) })) },
        ],
        [/has not signed/, { ...good.proof, statements: other.refund(chargeOf(other), [A, B, C]).proof.statements }],
        [
          /another session/,
          { ...good.proof, parametersHash: parametersHash.replace(/^./, (c) => (c === '0' ? '1' : '0')) },
        ],
        [/another session/, other.refund(chargeOf(other), [A, B, C]).proof],
        [/another session/, { ...good.proof, keys: keys.slice(1) }],
        [/lists 3 keys; a session has at least t = 4/, { ...good.proof, keys: keys.slice(2) }],
        [/lists a platform twice/, { ...good.proof, keys: [...keys.slice(0, 4), { ...keys[0], index: 9 }] }],
      ];
      for (const [message, proof] of proofs) {
        const store = createMemoryStore();
        const own = open(store);
        const theirs = liar();
        theirs.charge(whole);
        theirs.refund({ ...good, proof });
        own.sync(told(theirs.entries));
        assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_REFUSED');
        assert.match(own.refusal.message, message);
        assert.equal(store.ledger.entries().length, 0, 'nor of its charge');
      }
    });

    it('takes no more back than F, and none without its charge or twice', () => {
      const sessions = [entered(1), entered(1, 2), entered(1, 3)];
      const refunds = sessions.map((session) => session.refund(chargeOf(session), NAMES));
      const chain = (...bodies: readonly (Charge | Refund)[]): readonly LedgerEntry[] => {
        const entries: LedgerEntry[] = [];
        for (const [sequence, body] of bodies.entries()) {
          const previous = entries.at(-1)?.hash ?? genesis(federation);
          const open = {
            sequence,
            origin: 'own' as const,
            previous,
            ...('proof' in body ? { refund: body } : { charge: body }),
          };
          entries.push({ ...open, hash: entryHash(open) });
        }
        return entries;
      };
      const charges = sessions.map(chargeOf);
      const cases: readonly (readonly [RegExp, readonly LedgerEntry[]])[] = [
        [/one more than the 2 refunds/, chain(...charges, ...refunds)],
        [/which was not charged/, chain(refunds[0], charges[0])],
        [/second time/, chain(charges[0], refunds[0], refunds[0])],
        [/under the session of/, chain(charges[0], { ...refunds[0], round: 2 })],
      ];
      for (const [message, entries] of cases) {
        const store = createMemoryStore();
        const own = open(store);
        own.sync(told(entries));
        assert.equal(own.refusal?.code, 'PRIVACY_LEDGER_REFUSED');
        assert.match(own.refusal.message, message);
        assert.equal(store.ledger.entries().length, 0);
      }
      const own = open();
      own.sync(told(chain(...charges, refunds[0], refunds[2])));
      assert.equal(own.refusal, undefined);
      assert.equal(own.attempts, 1);
    });
  });
});
