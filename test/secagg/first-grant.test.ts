/**
 * The moment of the first grant, when the coordinator charges the attempt: a platform that dies before it costs
 * nothing.
 */
import assert from 'node:assert/strict';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '../../core/secagg/session.ts';
import { members, run } from './federation.ts';
import type { Options } from './federation.ts';

const COUNT = 5;
const people = members(COUNT);
/** t = 4 of 5, and noise of four. */
const parameters: Options['parameters'] = { tNoise: 4 };

/** The order of the effects, one word each. */
const words = (effects: readonly CoordinatorEffect[]): readonly string[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === 'upload-grant' && effect.message.next === 0
      ? [`grant ${effect.to}`]
      : ['charge', 'grace', 'end'].includes(effect.kind)
        ? [effect.kind]
        : [],
  );

/**
 * A coordinator after everybody has dealt shares and before anybody asks to upload: taken from a session that stops
 * there.
 */
function atMaskedInput(): CoordinatorState {
  const states: CoordinatorState[] = [];
  run(COUNT, { parameters, onCoordinator: (state) => void states.push(state), up: quiet });
  return states.find(({ stage }) => stage === 'masked-input')!;
}
const quiet: Options['up'] = (_, message) => (message.kind === 'upload-request' ? [] : [message]);

function after(events: readonly CoordinatorEvent[]): readonly string[] {
  let state = atMaskedInput();
  const done: CoordinatorEffect[] = [];
  for (const event of events) {
    const [next, effects] = handleCoordinator(state, event);
    state = next;
    done.push(...effects);
  }
  return words(done);
}

const asks = (index: number): CoordinatorEvent => ({
  kind: 'message',
  from: people[index].id,
  message: { kind: 'upload-request' },
});
const lost = (index: number): CoordinatorEvent => ({ kind: 'lost', platform: people[index].id });
const grants = (...indices: readonly number[]): readonly string[] =>
  indices.map((index) => `grant ${people[index].id}`);

describe('The first upload is granted', () => {
  it('when everybody has asked: the charge comes first', () => {
    assert.deepEqual(after([0, 1, 2].map(asks)), []);
    // Four upload slots; the fifth waits.
    assert.deepEqual(after([0, 1, 2, 3, 4].map(asks)), ['grace', 'charge', ...grants(0, 1, 2, 3)]);
  });

  it('when enough have asked and the others had their time', () => {
    assert.deepEqual(after([0, 1, 2, 3].map(asks)), ['grace']);
    assert.deepEqual(after([...[0, 1, 2, 3].map(asks), { kind: 'grace' }]), ['grace', 'charge', ...grants(0, 1, 2, 3)]);
  });

  it('when enough have asked and the others are gone', () => {
    assert.deepEqual(after([...[0, 1, 2, 3].map(asks), lost(4)]), ['grace', 'charge', ...grants(0, 1, 2, 3)]);
    assert.deepEqual(after([lost(4), ...[0, 1, 2, 3].map(asks)]), ['charge', ...grants(0, 1, 2, 3)]);
  });

  it('to nobody while too few have asked, whatever time has passed', () => {
    assert.deepEqual(after([...[0, 1, 2].map(asks), { kind: 'grace' }]), []);
    // One of four platforms that had asked is absent when the time is over. The others wait for it, or for the fifth.
    const away: CoordinatorEvent = { kind: 'disconnected', platform: people[3].id };
    assert.deepEqual(after([...[0, 1, 2, 3].map(asks), away, { kind: 'grace' }]), ['grace']);
    const back = [...[0, 1, 2, 3].map(asks), away, { kind: 'grace' } as const];
    assert.deepEqual(after([...back, asks(3)]), ['grace', 'charge', ...grants(0, 1, 2, 3)]);
    assert.deepEqual(after([...back, asks(4)]), ['grace', 'charge', ...grants(0, 1, 2, 4)]);
  });

  it('to nobody where so many are lost that no sum can be had: the attempt ends, and nothing is charged', () => {
    assert.deepEqual(after([...[0, 1, 2].map(asks), lost(3), lost(4)]), ['end']);
    assert.deepEqual(after([...[0, 1, 2, 3].map(asks), lost(3), lost(4)]), ['grace', 'end']);
  });

  it('once: who asks later is granted what is free, and nothing is charged again', () => {
    const all = after([...[0, 1, 2, 3].map(asks), { kind: 'grace' }, asks(4), { kind: 'grace' }, asks(0)]);
    assert.equal(all.filter((word) => word === 'charge').length, 1);
  });

  it('and the attempt counts as charged from there on', () => {
    let charged: boolean | undefined;
    const endOf = (events: readonly CoordinatorEvent[]): boolean | undefined => {
      let state = atMaskedInput();
      for (const event of [...events, { kind: 'abandon', outcome: 'abandoned', text: '' } as const]) {
        const [next, effects] = handleCoordinator(state, event);
        state = next;
        for (const effect of effects) if (effect.kind === 'end') charged = effect.charged;
      }
      return charged;
    };
    assert.equal(endOf([0, 1, 2, 3].map(asks)), false);
    assert.equal(endOf([0, 1, 2, 3, 4].map(asks)), true);
  });
});

describe('The keys of a session', () => {
  it('are kept before they are told, as everybody signed them', () => {
    const { coordinatorEffects } = run(COUNT, { parameters, engine: nodeEngine });
    const kept = coordinatorEffects.findIndex(({ kind }) => kind === 'persist-keys');
    const told = coordinatorEffects.findIndex(
      (effect) => effect.kind === 'broadcast' && effect.message.kind === 'key-list',
    );
    assert.ok(kept !== -1 && kept < told);
    const [effect, list] = [coordinatorEffects[kept], coordinatorEffects[told]];
    assert.ok(effect.kind === 'persist-keys' && list.kind === 'broadcast' && list.message.kind === 'key-list');
    assert.deepEqual(
      effect.keys,
      list.message.entries.map((entry, i) => ({ id: people[i].id, ...entry })),
    );
  });
});
