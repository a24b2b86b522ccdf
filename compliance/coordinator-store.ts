/** Requirements for every CoordinatorStore. */
import assert from 'node:assert/strict';
import type { AttemptEnded, CompletedRound, CoordinatorStore } from '../server/store/coordinator-store.ts';
import { versionStoreCompliance } from './version-store.ts';
import { ledgerStoreCompliance } from './ledger-store.ts';

export interface StoreSetup {
  open(): CoordinatorStore;
  /** The durable state, opened again after a kill; undefined for a store that keeps nothing. */
  reopen?: () => CoordinatorStore;
  teardown(): void;
}

const cohort = ['alpha', 'beta', 'gamma'];
const ended = (round: number, attempt: number, changes: Partial<AttemptEnded> = {}): AttemptEnded => ({
  round,
  attempt,
  outcome: 'too-few-platforms',
  text: 'two were there',
  platforms: [],
  charged: false,
  endedAt: 2000,
  ...changes,
});
const completed = (round: number): CompletedRound => ({
  round,
  model: Float32Array.of(round, -0.5, 1e-20),
  optimiser: { steps: round, moments: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, round)] },
});
const letter = (n: number, to = 'beta', bytes = 10) => ({
  id: new Uint8Array(16).fill(n),
  from: 'alpha',
  to,
  sealed: new Uint8Array(bytes).fill(n),
  expiresAt: 1000 * n,
});

/** Declares the suite under mocha. @param setup called before each test; its `open` makes a new, empty store. */
export function coordinatorStoreCompliance(name: string, setup: () => StoreSetup): void {
  describe(`coordinator store: ${name}`, () => {
    let under: StoreSetup;
    let store: CoordinatorStore;
    beforeEach(() => {
      under = setup();
      store = under.open();
    });
    afterEach(() => {
      store.close();
      under.teardown();
    });

    it('begins empty', () => {
      assert.equal(store.rounds.latest(), undefined);
      assert.equal(store.rounds.model(1), undefined);
      assert.deepEqual(store.rounds.attempts(10), []);
      assert.equal(store.rounds.lastAttempt(1), 0);
      assert.equal(store.mailbox.next('beta', 0), undefined);
    });

    it('keeps attempts and rounds to the last bit', () => {
      store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1000 });
      assert.equal(store.rounds.attempts(1)[0].end, undefined);
      store.rounds.end(ended(1, 1));
      store.rounds.begin({ round: 1, attempt: 2, cohort, startedAt: 3000 });
      const end = ended(1, 2, { outcome: 'completed', platforms: cohort, charged: true });
      store.rounds.complete(end, completed(1));
      assert.deepEqual(store.rounds.latest(), completed(1));
      assert.deepEqual(store.rounds.model(1), completed(1).model);
      assert.equal(store.rounds.lastAttempt(1), 2);
      assert.equal(store.rounds.lastAttempt(2), 0);
      assert.deepEqual(store.rounds.attempts(1), [
        {
          round: 1,
          attempt: 2,
          cohort,
          startedAt: 3000,
          end: { outcome: 'completed', text: 'two were there', platforms: cohort, charged: true, endedAt: 2000 },
        },
      ]);
      assert.deepEqual(
        store.rounds.outcomes(),
        new Map([
          ['too-few-platforms', 1],
          ['completed', 1],
        ]),
      );
    });

    it('never begins an attempt twice, nor two at once, nor ends one that is not under way', () => {
      store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1 });
      assert.throws(() => store.rounds.begin({ round: 1, attempt: 2, cohort, startedAt: 1 }), {
        code: 'STORE_CONFLICT',
      });
      store.rounds.end(ended(1, 1));
      assert.throws(() => store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1 }), {
        code: 'STORE_CONFLICT',
      });
      assert.throws(() => store.rounds.end(ended(1, 1)), { code: 'STORE_CONFLICT' });
    });

    it('completes only the next round, and then all of it or nothing', () => {
      store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1 });
      assert.throws(() => store.rounds.complete(ended(1, 1), completed(2)), { code: 'STORE_CONFLICT' });
      assert.equal(store.rounds.attempts(1)[0].end, undefined);
      assert.throws(() => store.rounds.complete(ended(1, 7), completed(1)), { code: 'STORE_CONFLICT' });
      assert.equal(store.rounds.latest(), undefined);
    });

    it('hands out models that cannot be changed from outside', () => {
      store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1 });
      const given = completed(1);
      store.rounds.complete(ended(1, 1, { outcome: 'completed' }), given);
      given.model[0] = 99;
      assert.equal(store.rounds.latest()?.model[0], 1);
    });

    it('relays letters in order of arrival, each receiver its own', () => {
      for (const n of [3, 1, 2]) assert.equal(store.mailbox.add(letter(n)), true);
      store.mailbox.add(letter(4, 'gamma'));
      const order: number[] = [];
      for (
        let next = store.mailbox.next('beta', 0);
        next !== undefined;
        next = store.mailbox.next('beta', next.order)
      ) {
        order.push(next.id[0]);
        assert.deepEqual({ ...next, order: 0 }, { ...letter(next.id[0]), order: 0 });
      }
      assert.deepEqual(order, [3, 1, 2]);
      assert.deepEqual(store.mailbox.load('beta'), { letters: 3, bytes: 30 });
      store.mailbox.add({ ...letter(5), from: 'gamma' });
      assert.deepEqual(store.mailbox.load('beta', 'gamma'), { letters: 1, bytes: 10 });
      assert.deepEqual(store.mailbox.load('beta', 'delta'), { letters: 0, bytes: 0 });
    });

    it('keeps one letter of an id, forgets what was taken, drops what has expired', () => {
      store.mailbox.add(letter(1));
      assert.equal(store.mailbox.add(letter(1)), false);
      store.mailbox.add(letter(2));
      store.mailbox.add(letter(3));
      assert.equal(store.mailbox.remove('gamma', letter(1).id), undefined);
      assert.equal(store.mailbox.remove('beta', letter(1).id), 'alpha');
      assert.equal(store.mailbox.remove('beta', letter(1).id), undefined);
      assert.deepEqual(store.mailbox.expire(2000), [{ id: letter(2).id, from: 'alpha', to: 'beta' }]);
      assert.deepEqual(store.mailbox.expire(2000), []);
      assert.deepEqual(store.mailbox.load('beta'), { letters: 1, bytes: 10 });
    });

    it('a later letter comes after those that were taken', () => {
      store.mailbox.add(letter(1));
      const first = store.mailbox.next('beta', 0)!;
      store.mailbox.remove('beta', first.id);
      store.mailbox.add(letter(2));
      assert.equal(store.mailbox.next('beta', first.order)?.id[0], 2);
    });

    it('refuses everything once closed', () => {
      store.close();
      store.close();
      assert.throws(() => store.rounds.latest(), { code: 'STORE_CLOSED' });
      assert.throws(() => store.ledger.entries(), { code: 'STORE_CLOSED' });
      assert.throws(() => store.mailbox.load('beta'), { code: 'STORE_CLOSED' });
    });

    it('finds everything again after a restart, where it outlives one', () => {
      if (under.reopen === undefined) return;
      store.rounds.begin({ round: 1, attempt: 1, cohort, startedAt: 1 });
      store.rounds.complete(ended(1, 1, { outcome: 'completed' }), completed(1));
      store.rounds.begin({ round: 2, attempt: 1, cohort, startedAt: 5 });
      store.mailbox.add(letter(1));
      store.close();
      store = under.reopen();
      assert.deepEqual(store.rounds.latest(), completed(1));
      assert.equal(store.rounds.attempts(9)[1].end, undefined);
      assert.equal(store.mailbox.next('beta', 0)?.id[0], 1);
    });
  });

  const room = <Room extends 'ledger' | 'versions'>(named: Room) => {
    const under = setup();
    let store: CoordinatorStore;
    return {
      open: () => (store = under.open())[named],
      ...(under.reopen === undefined
        ? {}
        : {
            reopen: () => {
              store.close();
              store = under.reopen!();
              return store[named];
            },
          }),
      close: () => {
        store.close();
        under.teardown();
      },
    };
  };
  ledgerStoreCompliance(`coordinator ${name}`, () => room('ledger'));
  describe(`coordinator store: ${name}`, () => versionStoreCompliance('coordinator', () => room('versions')));
}
