/**
 * Members that repeatedly decline, break the protocol, are silent or stay away, and the limits of their cost to the
 * others.
 */
import assert from 'node:assert/strict';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { checkEvent } from './check-events.ts';
import { House } from './house.ts';
import type { TestPlatform, TestPlatformOptions } from './test-platform.ts';
import { tinyFederation } from './tiny-federation.ts';
import { longIt } from '../longer.ts';

const GRACE_MS = 40;

/** Clock that counts the times of grace. */
function countingGraces(clock: Clock): Clock & { graces: number } {
  return {
    graces: 0,
    now: () => clock.now(),
    after(delayMs, task) {
      if (delayMs === GRACE_MS) this.graces += 1;
      return clock.after(delayMs, task);
    },
  };
}

describe('members that cannot be relied on', function () {
  this.timeout(30_000);
  let house: House;
  afterEach(async () => {
    for (const event of house.events) checkEvent(event);
    await house.tearDown();
  });

  /** A federation of four that may lose one. The others' own part must fit into a stage's time on a busy machine. */
  const four = (rounds: number, maxAttempts = 5, stageTimeoutMs = 5000): House =>
    new House(
      tinyFederation({
        platforms: 4,
        dropouts: 1,
        rounds: { count: rounds, maxAttempts, stageTimeoutMs, trainTimeoutMs: stageTimeoutMs },
      }),
    );
  const eventsOf = <Kind extends CoordinatorEvent['kind']>(kind: Kind): Extract<CoordinatorEvent, { kind: Kind }>[] =>
    house.events.filter((event): event is Extract<CoordinatorEvent, { kind: Kind }> => event.kind === kind);
  /** Numbers of the attempts, from 1, to which a platform was invited. */
  const invitations = (platform: string): readonly number[] =>
    eventsOf('attempt').flatMap(({ cohort }, index) => (cohort.includes(platform) ? [index + 1] : []));

  const silentAt = (kind: PlatformMessage['kind']): Partial<TestPlatformOptions> => ({
    bends: (message) => (message.kind === kind ? undefined : message),
  });
  const BAD: Readonly<Record<string, Partial<TestPlatformOptions>>> = {
    'declines each time': { declines: () => 'PLATFORM_NOT_READY' },
    'declines each time for a budget that is not spent': { declines: () => 'PRIVACY_BUDGET_EXHAUSTED' },
    'sends chunks of another size': {
      bends: (message) =>
        message.kind === 'masked-chunk' ? { ...message, bytes: message.bytes.subarray(1) } : message,
    },
  };
  for (const [name, bad] of Object.entries(BAD)) {
    it(`one that ${name} sits out growing pauses, and every round completes at its first attempt`, async () => {
      house = four(14);
      const coordinator = await house.start();
      [0, 1, 2].forEach((index) => house.join(index));
      house.join(3, bad);
      assert.equal(await coordinator.roundsOver, 'completed');
      assert.deepEqual(house.outcomes(), Array(14).fill('completed'));
      assert.deepEqual(invitations('p3'), [1, 2, 4, 7, 12]);
      assert.deepEqual(
        eventsOf('sits-out').map(({ platform, attempts }) => [platform, attempts]),
        [1, 2, 4, 8].map((attempts) => ['p3', attempts]),
      );
      assert.equal(coordinator.status().platforms.find(({ platform }) => platform === 'p3')?.sitsOut, 6);
      for (const index of [0, 1, 2]) assert.equal(invitations(`p${index}`).length, 14);
    });
  }

  for (const kind of ['advertise-keys', 'upload-request', 'consistency-signature', 'reveals'] as const) {
    it(`one that never sends its ${kind} costs two stages' time, and then sits out`, async () => {
      house = four(3, 5, 500);
      const coordinator = await house.start();
      [0, 1, 2].forEach((index) => house.join(index));
      house.join(3, silentAt(kind));
      assert.equal(await coordinator.roundsOver, 'completed');
      assert.deepEqual(house.outcomes(), Array(3).fill('completed'));
      assert.deepEqual(invitations('p3'), [1, 2]);
    });
  }

  it('one that does well again is invited to every attempt again', async () => {
    house = four(12);
    const coordinator = await house.start();
    [0, 1, 2].forEach((index) => house.join(index));
    house.join(3, { declines: ({ round }) => (round <= 4 ? 'PLATFORM_NOT_READY' : undefined) });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(invitations('p3'), [1, 2, 4, 7, 8, 9, 10, 11, 12]);
  });

  longIt('one that fails every other time sits out, too, in the end', async () => {
    house = four(24);
    const coordinator = await house.start();
    [0, 1, 2].forEach((index) => house.join(index));
    let times = 0;
    house.join(3, { declines: () => (times++ % 2 === 0 ? 'PLATFORM_NOT_READY' : undefined) });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.ok(invitations('p3').length < 18, String(invitations('p3')));
  });

  it('nobody sits out whom the others need: with no margin left it is retried, named, and the rounds go on when it is back', async () => {
    house = four(2, 3);
    const coordinator = await house.start();
    const [p0, p1] = [0, 1].map((index) => house.join(index));
    const evil = house.join(2, { declines: () => 'POLICY_FLOOR' });
    assert.equal(await coordinator.roundsOver, 'gave-up');
    assert.deepEqual(house.outcomes(), Array(3).fill('rejected-by-policy'));
    const missed = [
      { platform: 'p2', attempts: 3, because: 'it declined with POLICY_FLOOR' },
      { platform: 'p3', attempts: 3, because: 'it was not connected' },
    ];
    const [over] = eventsOf('rounds-over');
    assert.deepEqual(over, { kind: 'rounds-over', ending: 'gave-up', completedRounds: 0, missed });
    const { rounds } = coordinator.status();
    assert.deepEqual([rounds.state, rounds.ending, rounds.missed], ['given-up', 'gave-up', missed]);
    const told = await p0.ended(({ attempt }) => attempt === 0);
    assert.equal(
      told.text,
      'round 1 is given up for now, after as many failed attempts as the manifest allows; missing: p2 3 times (it declined with POLICY_FLOOR), p3 3 times (it was not connected). The coordinator tries it again once one of them is back',
    );
    // Letters are relayed meanwhile.
    const mail = house.next('mail', ({ outcome }) => outcome === 'stored');
    await sendMail(p0, p1);
    await mail;
    // A platform that was not missing makes no difference.
    await p1.die();
    house.join(1);
    await house.next('progress', ({ platform }) => platform === 'p1');
    assert.equal(coordinator.status().rounds.state, 'given-up');
    await evil.die();
    const completed = house.next('rounds-over', ({ ending }) => ending === 'completed');
    house.join(2);
    await completed;
    assert.equal(eventsOf('rounds-resumed').length, 1);
    assert.deepEqual(house.outcomes().slice(3), ['completed', 'completed']);
    assert.equal(coordinator.status().rounds.ending, 'completed');
  });

  it('one that comes back again and again and fails each time is tried once each time', async () => {
    house = four(1, 2);
    await house.start({ rounds: { lastPauseMs: 5, longestRestMs: 10 } });
    [0, 1].forEach((index) => house.join(index));
    for (let times = 1; times <= 4; times++) {
      const over = house.next('rounds-over');
      const evil = house.join(2, { declines: () => 'POLICY_FLOOR' });
      await over;
      assert.equal(house.outcomes().length, 1 + times);
      // A platform that only repeats its status did not come back.
      for (let i = 0; i < 20; i++) evil.say(true);
      await evil.link.drained();
      assert.equal(eventsOf('rounds-resumed').length, times - 1);
      await evil.die();
    }
  });

  it('one that came back before the last attempt failed has not to come once more', async () => {
    house = four(1, 1, 1000);
    const coordinator = await house.start();
    [0, 1].forEach((index) => house.join(index));
    const stage = house.next('stage', ({ stage: name }) => name === 'shares');
    const dying = house.join(2, silentAt('share-keys'));
    let isFirst = true;
    house.join(3, {
      bends: (message) => {
        if (message.kind !== 'upload-request' || !isFirst) return message;
        isFirst = false;
        return undefined;
      },
    });
    await stage;
    // A new process is ready for the next attempt, while this one still waits for the other missing platform.
    void dying.die();
    const ready = house.next('progress', ({ platform, prepared }) => platform === 'p2' && prepared);
    house.join(2);
    await ready;
    assert.equal(coordinator.status().rounds.underWay?.attempt, 1);
    const completed = house.next('rounds-over', ({ ending }) => ending === 'completed');
    assert.equal(await coordinator.roundsOver, 'gave-up');
    assert.deepEqual(
      eventsOf('rounds-over')[0].missed.map(({ platform }) => platform),
      ['p2', 'p3'],
    );
    await completed;
  });

  it('one that stays away costs its time of grace once, not every round', async () => {
    house = four(6);
    const clock = countingGraces(house.clock);
    const coordinator = await house.start({ clock, rounds: { graceMs: GRACE_MS } });
    [0, 1, 2].forEach((index) => house.join(index));
    house.join(3, { prepared: false });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.equal(clock.graces, 1);
  });

  it('one that takes part and leaves again and again is waited for ever more seldom', async () => {
    house = four(24);
    const clock = countingGraces(house.clock);
    const coordinator = await house.start({ clock, rounds: { graceMs: GRACE_MS } });
    [0, 1, 2].forEach((index) => house.join(index));
    const evil: TestPlatform = house.join(3);
    coordinator.on((event) => {
      if (event.kind === 'attempt' && event.cohort.includes('p3')) evil.say(false);
      // It is back for the round after the next.
      if (event.kind === 'attempt' && !event.cohort.includes('p3')) evil.say(true);
    });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.ok(invitations('p3').length >= 8, String(invitations('p3')));
    assert.ok(clock.graces <= 7, `${clock.graces} times of grace in 24 rounds`);
  });
});

function sendMail(from: TestPlatform, to: TestPlatform): Promise<void> {
  const [id, sealed] = [new Uint8Array(16).fill(7), new Uint8Array(5)];
  return from.link.send({ kind: 'mail', id, from: from.name, to: to.name, lifetimeSeconds: 60, sealed });
}
