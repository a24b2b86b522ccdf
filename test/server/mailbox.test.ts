import assert from 'node:assert/strict';
import type { MailBody, MailReceiptBody } from '../../core/wire/body.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';
import type { TestPlatform } from './test-platform.ts';

const letter = (n: number, to = 'p1', bytes = 100, lifetimeSeconds = 3600): MailBody => ({
  kind: 'mail',
  id: new Uint8Array(16).fill(n),
  from: 'p0',
  to,
  lifetimeSeconds,
  sealed: new Uint8Array(bytes).fill(n),
});
const taken = (n: number): MailReceiptBody => ({
  kind: 'mail-receipt',
  id: new Uint8Array(16).fill(n),
  outcome: 'taken',
});
const mailOf = (platform: TestPlatform): readonly number[] =>
  platform.received.flatMap((body) => (body.kind === 'mail' ? [body.id[0]] : []));
const receiptsOf = (platform: TestPlatform): readonly string[] =>
  platform.received.flatMap((body) => (body.kind === 'mail-receipt' ? [`${body.id[0]}:${body.outcome}`] : []));

describe('mailbox', () => {
  let house: House;
  const start = (limits = {}) => house.start({ mailbox: { sweepMs: 20, ...limits } });
  beforeEach(() => {
    house = new House(tinyFederation({ rounds: { count: 0 }, plannedRounds: 1 }), memoryStore());
  });
  afterEach(() => house.tearDown());

  /** Waits until everything that was sent in both directions has arrived. The coordinator answers in order. */
  async function settled(...platforms: TestPlatform[]): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      for (const platform of platforms) {
        platform.say(true);
        await platform.link.drained();
        await new Promise(setImmediate);
        await new Promise(setImmediate);
      }
    }
  }

  it('relays letters in order, byte for byte, to a receiver who is there', async () => {
    await start();
    const [p0, p1] = [house.join(0), house.join(1)];
    for (const n of [1, 2, 3]) void p0.link.send(letter(n, 'p1', 50_000 * n));
    await settled(p0, p1);
    assert.deepEqual(mailOf(p1), [1, 2, 3]);
    const last = p1.received.findLast((body) => body.kind === 'mail');
    assert.ok(last?.kind === 'mail');
    assert.deepEqual([last.from, last.to, last.sealed], ['p0', 'p1', letter(3, 'p1', 150_000).sealed]);
    assert.deepEqual(receiptsOf(p0), ['1:stored', '2:stored', '3:stored']);
  });

  it('keeps letters for a receiver who is not there, over a restart, until it says that they are safe', async () => {
    await start();
    const p0 = house.join(0);
    for (const n of [1, 2]) void p0.link.send(letter(n));
    await settled(p0);
    await house.coordinator.stop();
    await start();
    const p1 = house.join(1);
    await settled(p1);
    assert.deepEqual(mailOf(p1), [1, 2]);
    await p1.link.send(taken(1));
    await settled(p1, p0);
    assert.ok(receiptsOf(p0).includes('1:taken'));
    await p1.link.close();
    const again = house.join(1);
    await settled(again);
    assert.deepEqual(mailOf(again), [2]);
  });

  it('the same letter again is stored once and told as stored', async () => {
    await start();
    const p0 = house.join(0);
    void p0.link.send(letter(1));
    void p0.link.send(letter(1));
    await settled(p0);
    assert.deepEqual(receiptsOf(p0), ['1:stored', '1:stored']);
    assert.equal(house.store.mailbox.load('p1').letters, 1);
  });

  it('is bounded for each receiver and sender, in letters, bytes and size of one', async () => {
    // Two senders share a box.
    await start({ letters: 4, bytes: 500, letterBytes: 200 });
    const p0 = house.join(0);
    for (const sent of [letter(1), letter(2), letter(3), letter(4, 'p2', 200), letter(5, 'p2'), letter(6, 'p2', 201)]) {
      void p0.link.send(sent);
    }
    void p0.link.send(letter(7, 'nobody'));
    await settled(p0);
    assert.deepEqual(receiptsOf(p0), [
      '1:stored',
      '2:stored',
      '3:full',
      '4:stored',
      '5:full',
      '6:too-large',
      '7:unknown-platform',
    ]);
  });

  it('is filled by no sender for another one', async () => {
    await start({ letters: 4, bytes: 500, letterBytes: 200 });
    const [p0, p2] = [house.join(0), house.join(2)];
    for (const n of [1, 2, 3]) void p0.link.send(letter(n, 'p1', 1));
    await settled(p0);
    for (const n of [4, 5]) void p2.link.send({ ...letter(n, 'p1', 125), from: 'p2' });
    void p2.link.send({ ...letter(6, 'p1', 1), from: 'p2' });
    await settled(p2);
    assert.deepEqual([receiptsOf(p0), receiptsOf(p2)].flat(), [
      '1:stored',
      '2:stored',
      '3:full',
      '4:stored',
      '5:stored',
      '6:full',
    ]);
    assert.equal(house.store.mailbox.load('p1').letters, 4);
  });

  it('drops what has expired and tells the sender', async () => {
    await start();
    const p0 = house.join(0);
    void p0.link.send(letter(1, 'p1', 100, 60));
    void p0.link.send(letter(2));
    await settled(p0);
    const expired = house.next('mail', ({ outcome }) => outcome === 'expired');
    house.clock.jump(61_000);
    await expired;
    await settled(p0);
    assert.ok(receiptsOf(p0).includes('1:expired'));
    assert.equal(house.store.mailbox.load('p1').letters, 1);
  });
});
