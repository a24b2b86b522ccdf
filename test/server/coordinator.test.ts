import assert from 'node:assert/strict';
import type { Body } from '../../core/wire/body.ts';
import { exitCodeOf } from '../../server/run.ts';
import { memoryStore } from '../../server/store/memory.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { checkEvent } from './check-events.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

/** The integers that platform `index` adds in a round. They differ in every coordinate, and have both signs. */
const integers = (index: number, parameters: number) => (round: number) =>
  Float64Array.from({ length: parameters }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1000 * index + 10 * round + i));

function joinWithVectors(house: House): void {
  const { platforms, plan } = house.federation;
  platforms.forEach((_, index) => house.join(index, { integers: integers(index, plan.parameters) }));
}

/** The model after this many rounds, computed in one place. */
function expected(house: House, rounds: number): Float32Array {
  const { plan, platforms } = house.federation;
  const [[sum]] = Object.values(plan.privacy.sums);
  const model = new Float32Array(plan.parameters);
  for (let round = 1; round <= rounds; round++) {
    const vectors = platforms.map((_, index) => integers(index, model.length)(round));
    for (let i = 0; i < model.length; i++) {
      model[i] += vectors.reduce((total, vector) => total + vector[i], 0) / sum.scale;
    }
  }
  return model;
}

describe('coordinator', () => {
  let house: House;
  afterEach(() => house.tearDown());

  it('runs its rounds: the shared model is that of the plain sums, bit for bit, and everybody has it', async () => {
    house = new House(tinyFederation({ platforms: 4, rounds: { count: 3 } }));
    const coordinator = await house.start();
    joinWithVectors(house);
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(house.store.rounds.latest()?.model, expected(house, 3));
    assert.deepEqual(house.store.rounds.model(1), expected(house, 1));
    assert.deepEqual(house.outcomes(), ['completed', 'completed', 'completed']);
    for (const platform of house.platforms) {
      const { ends } = platform;
      await platform.ended(({ round }) => round === 3);
      assert.deepEqual(
        ends.map(({ round, outcome }) => [round, outcome]),
        [
          [1, 'completed'],
          [2, 'completed'],
          [3, 'completed'],
        ],
      );
      assert.deepEqual(ends.at(-1)?.model, expected(house, 3));
      assert.equal(ends.at(-1)?.completedRounds, 3);
    }
    assert.equal(coordinator.status().rounds.state, 'over');
  });

  it('stops once the loss no longer falls: the model is the one with the lowest loss, and rounds not run are not charged', async () => {
    house = new House(tinyFederation({ epsilon: 4, patience: 2, rounds: { count: 6 } }));
    const losses = [9000, 5000, 6000, 7000, 1000, 1000];
    const vector = (index: number) => (round: number) =>
      Float64Array.of(...integers(index, 6)(round), 10_000, losses[round - 1]);
    const join = (): void => house.federation.platforms.forEach((_, i) => house.join(i, { integers: vector(i) }));
    const coordinator = await house.start();
    join();
    assert.equal(await coordinator.roundsOver, 'stopped-early');
    assert.equal(exitCodeOf('stopped-early'), 0);
    const { rounds, ledger } = house.store;
    // Round 2 measured the model of round 1, and found the lowest loss.
    const [best, last] = [rounds.model(1)!, rounds.latest()!];
    assert.deepEqual([last.round, last.model.subarray(0, 6)], [4, best.subarray(0, 6)]);
    assert.ok(Math.abs(last.model[6] - 0.5) < 1e-6 && last.model[7] === 2, last.model.join());
    assert.equal(ledger.entries().length, 4);
    const { spent, budget } = coordinator.status().epsilon!;
    assert.ok(spent! < 0.95 * budget, `${spent} of ${budget}`);
    for (const platform of house.platforms) {
      await platform.ended(({ round }) => round === 4);
      assert.equal(platform.ends.length, 4);
    }
    for (const event of house.events) checkEvent(event);
    await coordinator.stop();
    assert.equal(await (await house.start()).roundsOver, 'stopped-early');
    assert.equal(ledger.entries().length, 4);
  });

  it('a strategy without rounds is over at once, and mail still flows', async () => {
    house = new House(tinyFederation({ rounds: { count: 0 }, plannedRounds: 1 }));
    const coordinator = await house.start();
    assert.equal(await coordinator.roundsOver, 'completed');
  });

  it('waits for everybody, then for a time of grace when enough are there', async () => {
    house = new House(tinyFederation({ platforms: 4, dropouts: 1, rounds: { count: 1 } }));
    const coordinator = await house.start();
    const opened = house.next('attempt');
    house.join(0);
    house.join(1);
    house.join(2);
    const late = house.join(3, { prepared: false });
    const { cohort } = await opened;
    // t = 3 of 4, without noise. The fourth platform was connected, but not prepared.
    assert.deepEqual(cohort, ['p0', 'p1', 'p2']);
    assert.equal(await coordinator.roundsOver, 'completed');
    // It has the model anyway.
    await late.ended(({ outcome }) => outcome === 'completed');
  }).timeout(5000);

  for (const kind of ['advertise-keys', 'share-keys', 'upload-request', 'consistency-signature', 'reveals'] as const) {
    it(`a platform that dies before its ${kind}: of 4 the others go on`, async () => {
      house = new House(tinyFederation({ platforms: 4, dropouts: 1, rounds: { count: 1 } }));
      const coordinator = await house.start({ rounds: { graceMs: 10_000, absenceMs: 50 } });
      house.joinAll();
      await house.platforms[0].die();
      house.join(0, { sends: (message) => message.kind !== kind });
      assert.equal(await coordinator.roundsOver, 'completed');
      assert.deepEqual(house.outcomes(), ['completed']);
    });
  }

  it('a platform that dies and stays away is not waited for until the end of a long stage', async () => {
    house = new House(tinyFederation({ platforms: 4, dropouts: 1, rounds: { count: 1, trainTimeoutMs: 600_000 } }));
    const coordinator = await house.start({ rounds: { graceMs: 10_000, absenceMs: 50 } });
    [0, 1, 2].forEach((index) => house.join(index));
    house.join(3, { sends: (message) => message.kind !== 'upload-request' });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(house.store.rounds.attempts(1)[0].end?.platforms, ['p0', 'p1', 'p2']);
  });

  it('a platform that dies: of 3 the attempt fails uncharged, and the next one with a restarted platform completes', async () => {
    house = new House(tinyFederation({ epsilon: 4, rounds: { count: 1 } }));
    const coordinator = await house.start({ rounds: { absenceMs: 50 } });
    const ended = house.next('attempt-ended');
    house.join(0);
    house.join(1);
    house.join(2, { sends: (message) => message.kind !== 'share-keys' });
    const { outcome, charged } = await ended;
    assert.deepEqual([outcome, charged], ['too-few-platforms', false]);
    assert.deepEqual(house.store.ledger.entries(), []);
    house.join(2);
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.equal(house.store.ledger.entries().length, 1);
    const [first, second] = house.store.rounds.attempts(9);
    assert.deepEqual([first.attempt, first.end?.charged], [1, false]);
    assert.deepEqual([second.attempt, second.end?.charged], [2, true]);
  });

  it('charges the ledger durably before the first upload is granted', async () => {
    house = new House(tinyFederation({ epsilon: 4, rounds: { count: 1 } }));
    const charges: number[] = [];
    await house.start();
    for (const index of [0, 1, 2]) {
      house.join(index, {
        sends: (message) => {
          // The first message after a grant: the charge must exist already.
          if (message.kind === 'upload-request') charges.push(house.store.ledger.entries().length);
          if (message.kind === 'masked-chunk') charges.push(house.store.ledger.entries().length);
          return true;
        },
      });
    }
    await house.coordinator.roundsOver;
    assert.deepEqual(charges, [0, 0, 0, 1, 1, 1]);
  });

  it('an attempt that fails after its uploads began is charged, and its retry again', async () => {
    house = new House(
      tinyFederation({
        epsilon: 4,
        plannedRounds: 3,
        rounds: { count: 1, stageTimeoutMs: 100, trainTimeoutMs: 100 },
      }),
    );
    const coordinator = await house.start();
    const ended = house.next('attempt-ended');
    house.join(0);
    house.join(1);
    house.join(2, { sends: (message) => message.kind !== 'reveals' });
    const { outcome, charged } = await ended;
    assert.deepEqual([outcome, charged], ['too-few-platforms', true]);
    house.join(2);
    await coordinator.roundsOver;
    assert.equal(house.store.ledger.entries().length, 2);
  });

  it('a budget that does not hold another round: it is not begun, everyone is told', async () => {
    house = new House(tinyFederation({ epsilon: 2, plannedRounds: 1, rounds: { count: 3 } }));
    const coordinator = await house.start();
    house.joinAll();
    const ending = await coordinator.roundsOver;
    assert.equal(ending, 'budget-exhausted');
    assert.equal(exitCodeOf(ending), 5);
    assert.deepEqual(house.outcomes(), ['completed']);
    const status = coordinator.status();
    assert.equal(status.rounds.completed, 1);
    assert.ok(status.epsilon !== null && status.epsilon.spent! <= 2);
    for (const platform of house.platforms) {
      const last = await platform.ended(({ round }) => round === 2);
      assert.deepEqual([last.attempt, last.outcome], [0, 'budget-exhausted']);
    }
    assert.equal(house.store.rounds.attempts(9).length, 1);
    const late = house.join(0);
    await late.ended(({ outcome }) => outcome === 'budget-exhausted');
    assert.deepEqual(
      late.ends.map(({ outcome }) => outcome),
      ['completed', 'budget-exhausted'],
    );
  });

  it('gives a round up after as many attempts as the manifest allows', async () => {
    house = new House(tinyFederation({ rounds: { count: 1, maxAttempts: 3, stageTimeoutMs: 100 } }));
    const coordinator = await house.start();
    house.join(0);
    house.join(1);
    house.join(2, { declines: () => 'POLICY_FLOOR' });
    assert.equal(await coordinator.roundsOver, 'gave-up');
    assert.deepEqual(house.outcomes(), ['rejected-by-policy', 'rejected-by-policy', 'rejected-by-policy']);
    const last = await house.platforms[0].ended(({ attempt }) => attempt === 0);
    assert.equal(last.outcome, 'rejected-by-policy');
  });

  it('a platform that declines for its budget never ends the rounds as exhausted: it is retried, then named', async () => {
    house = new House(tinyFederation({ epsilon: 4, plannedRounds: 3, rounds: { count: 3, maxAttempts: 2 } }));
    const coordinator = await house.start();
    house.join(0);
    house.join(1);
    house.join(2, { declines: () => 'PRIVACY_BUDGET_EXHAUSTED' });
    assert.equal(await coordinator.roundsOver, 'gave-up');
    const ended = house.events.flatMap((event) => (event.kind === 'attempt-ended' ? [event] : []));
    assert.deepEqual(
      ended.map(({ outcome, charged }) => [outcome, charged]),
      Array(2).fill(['too-few-platforms', false]),
    );
    assert.match(
      ended[0].text,
      /^1 of 3 platforms declined, and 3 are needed; missing: p2 \(it declined with PRIVACY_BUDGET_EXHAUSTED\)$/,
    );
    const declines = house.events.filter(({ kind }) => kind === 'declined');
    assert.deepEqual(declines[0], { kind: 'declined', platform: 'p2', code: 'PRIVACY_BUDGET_EXHAUSTED' });
    const status = coordinator.status();
    assert.deepEqual([status.rounds.ending, status.epsilon?.spent], ['gave-up', 0]);
    for (const platform of house.platforms) {
      const last = await platform.ended(({ attempt }) => attempt === 0);
      assert.equal(last.outcome, 'too-few-platforms');
    }
  });

  it('goes on within an attempt over lost connections', async () => {
    house = new House(tinyFederation({ platforms: 5, parameters: 200_000, rounds: { count: 2 } }));
    const coordinator = await house.start();
    let sent = 0;
    const cut = (): boolean => {
      if (++sent % 7 === 0) setImmediate(() => house.network.cut());
      return true;
    };
    house.federation.platforms.forEach((_, index) => {
      house.join(index, { sends: cut, integers: integers(index, 200_000) });
    });
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(house.outcomes(), ['completed', 'completed']);
    assert.deepEqual(house.store.rounds.latest()?.model, expected(house, 2));
    const offline = house.events.filter((event) => event.kind === 'platform' && event.state === 'offline');
    assert.ok(offline.length >= 5, 'it was cut');
  });

  it('stopped in the middle of an attempt and started again: abandoned, and the round is run anew', async () => {
    house = new House(tinyFederation({ rounds: { count: 2, stageTimeoutMs: 5000 } }));
    await house.start();
    const inTheMiddle = house.next('stage', ({ stage, round }) => stage === 'masked-input' && round === 2);
    joinWithVectors(house);
    await inTheMiddle;
    await house.coordinator.stop();
    const second = await house.start();
    assert.equal(await second.roundsOver, 'completed');
    assert.deepEqual(
      house.store.rounds.attempts(9).map(({ round, attempt, end }) => [round, attempt, end?.outcome]),
      [
        [1, 1, 'completed'],
        [2, 1, 'abandoned'],
        [2, 2, 'completed'],
      ],
    );
    assert.deepEqual(house.store.rounds.latest()?.model, expected(house, 2));
  });

  it('killed in the middle of an attempt, charged or not, and started again: abandoned as recorded', async () => {
    const store = memoryStore();
    house = new House(tinyFederation({ epsilon: 4, plannedRounds: 3, rounds: { count: 1 } }), store);
    store.rounds.begin({ round: 1, attempt: 1, cohort: ['p0', 'p1', 'p2'], startedAt: 1 });
    const coordinator = await house.start();
    assert.equal(store.rounds.attempts(1)[0].end?.outcome, 'abandoned');
    joinWithVectors(house);
    await coordinator.roundsOver;
    assert.deepEqual(
      store.rounds.attempts(9).map(({ attempt, end }) => [attempt, end?.outcome]),
      [
        [1, 'abandoned'],
        [2, 'completed'],
      ],
    );
  });

  it('with all rounds completed has nothing to do at the next start but to tell', async () => {
    house = new House(tinyFederation({ rounds: { count: 1 } }));
    await house.start();
    joinWithVectors(house);
    await house.coordinator.roundsOver;
    await house.coordinator.stop();
    const again = await house.start();
    assert.equal(await again.roundsOver, 'completed');
    const late = house.join(1);
    await late.ended(() => true);
    assert.deepEqual(
      late.ends.map(({ round, outcome }) => [round, outcome]),
      [[1, 'completed']],
    );
  });

  it('a store that can no longer be written: the attempt is not announced, and the coordinator stops with the reason', async () => {
    const full = Object.assign(new Error('disk full'), { code: 'STORE_FULL' });
    const memory = memoryStore();
    const store: CoordinatorStore = {
      ...memory,
      ledger: {
        entries: () => memory.ledger.entries(),
        append: () => {
          throw full;
        },
      },
    };
    house = new House(tinyFederation({ epsilon: 4, rounds: { count: 1 } }), store);
    const signed: string[] = [];
    const coordinator = await house.start();
    house.joinAll({
      sends: (message) => {
        if (message.kind === 'consistency-signature') signed.push(message.kind);
        return true;
      },
    });
    assert.equal(await coordinator.failed, full);
    assert.deepEqual(signed, []);
    assert.equal(memory.rounds.attempts(1)[0].end?.charged, false);
  });

  it('messages that have no place are refused, told and counted; nothing breaks', async () => {
    house = new House(tinyFederation({ rounds: { count: 1 } }));
    const coordinator = await house.start();
    const platform = house.join(0);
    const ledgerSync: Body = { kind: 'ledger-sync', from: 0, entries: [] };
    await platform.link.send(ledgerSync);
    await platform.link.send({ kind: 'secagg', message: { kind: 'upload-request' } }, new Uint8Array(32));
    await platform.link.send({ kind: 'secagg', message: { kind: 'key-list', entries: [] } });
    await platform.link.send({
      kind: 'mail',
      id: new Uint8Array(16),
      from: 'p1',
      to: 'p2',
      lifetimeSeconds: 9,
      sealed: new Uint8Array(9),
    });
    await platform.link.drained();
    assert.deepEqual(
      platform.failures.map(({ code }) => code),
      Array(4).fill('WIRE_UNEXPECTED'),
    );
    assert.equal(house.events.filter(({ kind }) => kind === 'failure').length, 4);
    house.join(1);
    house.join(2);
    assert.equal(await coordinator.roundsOver, 'completed');
  });

  it('refuses a key file that is not the manifest’s coordinator', async () => {
    house = new House(tinyFederation());
    await assert.rejects(house.start({ identity: house.federation.platforms[0] }), { code: 'COORDINATOR_IDENTITY' });
  });
});
