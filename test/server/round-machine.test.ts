import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import { beginRounds, handleRound } from '../../server/rounds/round-machine.ts';
import type { RoundEvent, RoundPolicy, RoundState } from '../../server/rounds/round-machine.ts';

const policy: RoundPolicy = {
  rounds: 3,
  needed: 4,
  graceMs: 100,
  maxAttempts: 3,
  firstPauseMs: 10,
  lastPauseMs: 15,
  longestRestMs: 50,
  statementsMs: 1000,
};
const gathering = (completed = 0): RoundState => ({ kind: 'gathering', completed, failures: 0, grace: false });

describe('round machine', () => {
  it('goes on where the store says, and is over when all rounds are completed', () => {
    assert.deepEqual(beginRounds(policy, 1), [gathering(1), []]);
    assert.equal(beginRounds(policy, 3)[0].kind, 'over');
    assert.equal(beginRounds({ ...policy, rounds: 0 }, 0)[0].kind, 'over');
  });

  it('is over once the loss has stopped falling, after a restart as well; the last planned round is simply the last', () => {
    const end = { kind: 'attempt-ended', outcome: 'completed', hasStopped: true, ready: 5, awaited: 0 } as const;
    const [state, effects] = handleRound(policy, { kind: 'attempting', completed: 1, failures: 0 }, end);
    assert.deepEqual(state, { kind: 'over', completed: 2, ending: 'stopped-early' });
    assert.deepEqual(effects, [{ kind: 'cancel-timer' }, { kind: 'over', ending: 'stopped-early' }]);
    assert.deepEqual(beginRounds(policy, 2, true)[0], state);
    const last = { kind: 'over', completed: 3, ending: 'completed' };
    assert.deepEqual(handleRound(policy, { kind: 'attempting', completed: 2, failures: 0 }, end)[0], last);
    assert.deepEqual(beginRounds(policy, 3, true)[0], last);
  });

  it('opens at once when enough are ready and nobody else is awaited', () => {
    const four = handleRound(policy, gathering(1), { kind: 'ready', ready: 4, awaited: 0 });
    assert.deepEqual(four[1], [{ kind: 'open', round: 2 }]);
    const three = handleRound(policy, gathering(1), { kind: 'ready', ready: 3, awaited: 0 });
    assert.deepEqual(three, [gathering(1), []]);
    const [state, effects] = handleRound(policy, gathering(1), { kind: 'ready', ready: 5, awaited: 0 });
    assert.equal(state.kind, 'attempting');
    assert.deepEqual(effects, [{ kind: 'open', round: 2 }]);
  });

  it('gives the others a time of grace when enough are ready, once', () => {
    const [waiting, effects] = handleRound(policy, gathering(), { kind: 'ready', ready: 4, awaited: 1 });
    assert.deepEqual(effects, [{ kind: 'timer', delayMs: 100 }]);
    assert.deepEqual(handleRound(policy, waiting, { kind: 'ready', ready: 4, awaited: 1 })[1], []);
    assert.deepEqual(handleRound(policy, waiting, { kind: 'timer', ready: 4, awaited: 1 })[1], [
      { kind: 'grace-over' },
      { kind: 'open', round: 1 },
    ]);
    // Nobody is awaited any more, so the attempt opens at once, and the time of grace is over.
    assert.deepEqual(handleRound(policy, waiting, { kind: 'ready', ready: 4, awaited: 0 })[1], [
      { kind: 'cancel-timer' },
      { kind: 'open', round: 1 },
    ]);
    // A platform left, so the timer must not open an attempt with too few.
    const [fewer, cancel] = handleRound(policy, waiting, { kind: 'ready', ready: 3, awaited: 2 });
    assert.deepEqual(cancel, [{ kind: 'cancel-timer' }]);
    assert.deepEqual(handleRound(policy, fewer, { kind: 'timer', ready: 3, awaited: 2 })[1], []);
  });

  it('pauses longer after each failure, and gives up until a platform that was missing is back', () => {
    let state: RoundState = { kind: 'attempting', completed: 1, failures: 0 };
    const pauses: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const [next, effects] = handleRound(policy, state, {
        kind: 'attempt-ended',
        outcome: 'too-few-platforms',
        ready: 5,
        awaited: 0,
      });
      pauses.push(...effects);
      state = next.kind === 'pausing' ? handleRound(policy, next, { kind: 'timer', ready: 5, awaited: 0 })[0] : next;
    }
    assert.deepEqual(pauses, [{ kind: 'timer', delayMs: 10 }, { kind: 'timer', delayMs: 15 }, { kind: 'gave-up' }]);
    assert.deepEqual(state, { kind: 'given-up', completed: 1, failures: 3 });
    for (const kind of ['ready', 'timer'] as const) {
      assert.deepEqual(handleRound(policy, state, { kind, ready: 5, awaited: 0 }), [state, []]);
    }
    // Each return causes one attempt, after a pause that grows further.
    const rests: unknown[] = [];
    for (let attempt = 4; attempt <= 6; attempt++) {
      const [pausing, effects] = handleRound(policy, state, { kind: 'back' });
      assert.deepEqual(handleRound(policy, pausing, { kind: 'back' }), [pausing, []]);
      rests.push(effects);
      const [again] = handleRound(policy, pausing, { kind: 'timer', ready: 5, awaited: 0 });
      const end = { kind: 'attempt-ended', outcome: 'too-few-platforms', ready: 5, awaited: 0 } as const;
      state = handleRound(policy, again, end)[0];
      assert.deepEqual(state, { kind: 'given-up', completed: 1, failures: attempt });
    }
    assert.deepEqual(
      rests,
      [40, 50, 50].map((delayMs) => [{ kind: 'resumed' }, { kind: 'timer', delayMs }]),
    );
  });

  it('begins to count failures anew with each round', () => {
    const failed: RoundState = { kind: 'attempting', completed: 0, failures: 2 };
    const [state] = handleRound(policy, failed, { kind: 'attempt-ended', outcome: 'completed', ready: 2, awaited: 3 });
    assert.deepEqual(state, gathering(1));
  });

  const attempting: RoundState = { kind: 'attempting', completed: 1, failures: 2 };
  const exhausted: RoundState = { kind: 'over', completed: 1, ending: 'budget-exhausted' };

  it('is over, for good, when the budget refuses and no refund can come', () => {
    const [state] = handleRound(policy, attempting, { kind: 'refused', mayBeRefunded: false });
    assert.deepEqual(state, exhausted);
    assert.deepEqual(handleRound(policy, state, { kind: 'refunded', ready: 5, awaited: 0 }), [exhausted, []]);
  });

  it('waits for a refund when one may come, and then opens the next attempt; at its deadline it is over', () => {
    const [waiting, effects] = handleRound(policy, attempting, { kind: 'refused', mayBeRefunded: true });
    assert.deepEqual(waiting, { kind: 'waiting', completed: 1, failures: 2 });
    assert.deepEqual(effects, [{ kind: 'timer', delayMs: 1000 }, { kind: 'waiting' }]);
    assert.deepEqual(handleRound(policy, waiting, { kind: 'ready', ready: 5, awaited: 0 }), [waiting, []]);
    const [state, opens] = handleRound(policy, waiting, { kind: 'refunded', ready: 5, awaited: 0 });
    assert.deepEqual(state, attempting);
    assert.deepEqual(opens, [{ kind: 'cancel-timer' }, { kind: 'open', round: 2 }]);
    assert.deepEqual(handleRound(policy, waiting, { kind: 'refunded', ready: 4, awaited: 1 })[0], {
      ...gathering(1),
      failures: 2,
      grace: true,
    });
    assert.deepEqual(handleRound(policy, waiting, { kind: 'timer', ready: 5, awaited: 0 })[0], exhausted);
  });

  it('whatever happens: one attempt at a time, rounds in order, never open with too few, always an end', () => {
    const present = { ready: fc.nat(5), awaited: fc.nat(5) };
    const event = fc.oneof(
      fc.record({ kind: fc.constantFrom('ready' as const, 'timer' as const, 'refunded' as const), ...present }),
      fc.record({
        kind: fc.constant('attempt-ended' as const),
        outcome: fc.constantFrom(...OUTCOMES),
        hasStopped: fc.boolean(),
        ...present,
      }),
      fc.record({ kind: fc.constant('refused' as const), mayBeRefunded: fc.boolean() }),
      fc.constant({ kind: 'back' as const }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events: readonly RoundEvent[]) => {
        let [state] = beginRounds(policy, 0);
        for (const next of events) {
          const before = state;
          const [after, effects] = handleRound(policy, before, next);
          for (const effect of effects) {
            if (effect.kind !== 'open') continue;
            assert.equal(effect.round, after.kind === 'over' ? 0 : after.completed + 1);
            assert.equal(after.kind, 'attempting');
            const ready = 'ready' in next ? next.ready : 0;
            assert.ok(ready >= policy.needed);
          }
          assert.ok(after.completed - before.completed <= 1 && after.completed >= before.completed);
          if (before.kind === 'over') assert.equal(after, before);
          state = after;
        }
      }),
    );
  });
});
