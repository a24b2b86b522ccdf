import assert from 'node:assert/strict';
import { checkEvent, EVENT_KINDS } from './check-events.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

describe('coordinator events', () => {
  it('are what docs/schemas/coordinator-events.json says', async () => {
    const house = new House(
      tinyFederation({ epsilon: 4, plannedRounds: 3, rounds: { count: 1, stageTimeoutMs: 100, trainTimeoutMs: 100 } }),
    );
    await house.start();
    const ended = house.next('attempt-ended');
    const p0 = house.join(0);
    house.join(1, { declines: ({ attempt }) => (attempt === 1 ? 'POLICY_FLOOR' : undefined) });
    house.join(2);
    await ended;
    void p0.link.send({ kind: 'secagg', message: { kind: 'upload-request' } });
    void p0.link.send({
      kind: 'mail',
      id: new Uint8Array(16),
      from: 'p0',
      to: 'p1',
      lifetimeSeconds: 60,
      sealed: new Uint8Array(5),
    });
    await house.coordinator.roundsOver;
    await p0.link.drained();
    await house.tearDown();
    for (const event of house.events) checkEvent(event);
    const kinds = new Set<string>(house.events.map(({ kind }) => kind));
    const unseen = EVENT_KINDS.filter((kind) => !kinds.has(kind));
    // unreliable.test.ts has the last two.
    assert.deepEqual(unseen.toSorted(), ['fault', 'listening', 'rounds-resumed', 'sits-out']);
  });
});
