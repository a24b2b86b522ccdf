/**
 * Charges that are taken back, and rounds that wait for that: a coordinator and platforms with their real code for
 * rounds.
 */
import assert from 'node:assert/strict';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { signStatement } from '../../core/secagg/statement.ts';
import type { Body, StatementBody } from '../../core/wire/body.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import type { CoordinatorOptions } from '../../server/options.ts';
import { House } from './house.ts';
import { LivePlatform } from './live-platform.ts';
import type { LiveOptions } from './live-platform.ts';
import { tinyFederation } from './tiny-federation.ts';

/** More than one chunk, so that a platform can die between two. */
const PARAMETERS = 70_000;
const isStatement = (body: Body): boolean => body.kind === 'statement';

/** Dies once, between its first and its last chunk in that round. */
const inMidUpload =
  (round: number): LiveOptions['sends'] =>
  (body, at, attempt) =>
    !(
      at === round &&
      attempt === 1 &&
      body.kind === 'secagg' &&
      body.message.kind === 'masked-chunk' &&
      body.message.index === 1
    );

describe('a coordinator that takes charges back', function () {
  this.timeout(60_000);
  let house: House;
  let live: LivePlatform[];
  const stores = new Map<number, PlatformStore>();

  const begin = (
    settings: Parameters<typeof tinyFederation>[0],
    rounds: CoordinatorOptions['rounds'] = {},
  ): ReturnType<House['start']> => {
    house = new House(tinyFederation({ platforms: 3, parameters: PARAMETERS, epsilon: 8, refunds: 3, ...settings }));
    return house.start(patience(rounds));
  };
  const patience = (rounds: CoordinatorOptions['rounds'] = {}): Partial<CoordinatorOptions> => ({
    rounds: { absenceMs: 50, graceMs: 10_000, statementsMs: 20_000, ...rounds },
  });
  const join = (index: number, options: LiveOptions = {}): LivePlatform => {
    const store = stores.get(index);
    const platform = new LivePlatform(house, house.federation.platforms[index], {
      ...(store && { store }),
      ...options,
    });
    stores.set(index, platform.store);
    live.push(platform);
    return platform;
  };
  const dropped = (): number =>
    house.events.reduce((sum, event) => sum + (event.kind === 'statements-dropped' ? event.count : 0), 0);
  const eventsOf = (kind: CoordinatorEvent['kind']): number => house.events.filter((one) => one.kind === kind).length;

  beforeEach(() => {
    live = [];
    stores.clear();
  });
  afterEach(async () => {
    for (const platform of live) await platform.link.close();
    await house.tearDown();
  });

  it('an attempt that died in its uploads is charged, and taken back once the others state that they revealed nothing', async () => {
    const coordinator = await begin({ plannedRounds: 2, rounds: { count: 2 } });
    const refunded = house.next('refund');
    [0, 1].forEach((index) => join(index));
    const dying = join(2, { sends: inMidUpload(1) });
    // t = 3 of 3, c = 1: one platform of three may be silent.
    const { round, attempt, statements, of } = await refunded;
    assert.deepEqual([round, attempt, statements, of], [1, 1, 2, 3]);
    await dying.died;
    assert.equal(coordinator.status().epsilon?.spent, 0);
    const back = join(2);
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(house.outcomes(), ['too-few-platforms', 'completed', 'completed']);
    assert.equal(house.store.ledger.entries().length, 4, 'three charges, and one refund');
    const spent = coordinator.status().epsilon!.spent!;
    for (const platform of [live[0], live[1], back]) {
      await platform.until(() => platform.ledger.refundable().length === 2 && platform.ledger.spent === spent);
      assert.equal(platform.ledger.refusal, undefined);
    }
    // It also made a statement when it came back, although nobody waited for it.
    assert.equal(back.sent.filter(isStatement).length, 0, 'what is taken back needs no statement any more');
    assert.equal(dropped(), 0);
  });

  it('a budget that holds no further attempt: rounds wait for the statements that are missing, by name, and go on', async () => {
    const coordinator = await begin({ plannedRounds: 1, rounds: { count: 1 } });
    const waiting = house.next('waiting');
    [0, 1].forEach((index) => join(index, { loses: isStatement }));
    await join(2, { sends: inMidUpload(1) }).died;
    join(2, { loses: isStatement });
    const { platforms, seconds } = await waiting;
    assert.deepEqual([platforms, seconds], [['p0', 'p1', 'p2'], 20]);
    assert.deepEqual(waits(coordinator), ['waiting', ['p0', 'p1', 'p2']]);
    await live[1].die();
    const stated = house.next('statement');
    join(1);
    await stated;
    assert.deepEqual(waits(coordinator), ['waiting', ['p0', 'p2']]);
    await live[0].die();
    join(0);
    assert.equal(await coordinator.roundsOver, 'completed');
    assert.deepEqual(waits(coordinator), ['over', null]);
    assert.deepEqual(house.outcomes(), ['too-few-platforms', 'completed']);
  });

  it('statements that do not come: the budget is exhausted at the deadline, and only then', async () => {
    const coordinator = await begin({ plannedRounds: 1, rounds: { count: 1 } }, { statementsMs: 300 });
    const waiting = house.next('waiting');
    [0, 1].forEach((index) => join(index, { loses: isStatement }));
    await join(2, { sends: inMidUpload(1) }).died;
    join(2, { loses: isStatement });
    await waiting;
    assert.equal(coordinator.status().rounds.ending, null);
    assert.equal(await coordinator.roundsOver, 'budget-exhausted');
    assert.equal(coordinator.status().rounds.completed, 0);
  });

  it('statements outlive the coordinator’s process, and a late one is taken at the next contact', async () => {
    await begin({ plannedRounds: 1, rounds: { count: 1 } });
    const stated = house.next('statement');
    join(0);
    join(1, { loses: isStatement });
    await join(2, { sends: inMidUpload(1) }).died;
    assert.equal((await stated).platform, 'p0');
    await house.coordinator.stop();
    for (const platform of live) await platform.die();
    const second = await house.start(patience());
    const refunded = house.next('refund');
    // It entered the attempt in a process that is gone, and only the store knows of it.
    join(2);
    assert.equal((await refunded).statements, 2);
    [0, 1].forEach((index) => join(index));
    assert.equal(await second.roundsOver, 'completed');
  });

  it('a refund that was told to others first is taken by who comes late, on its own record', async () => {
    const coordinator = await begin({ plannedRounds: 1, rounds: { count: 1 } });
    const refunded = house.next('refund');
    [0, 1].forEach((index) => join(index));
    const dying = join(2, { sends: inMidUpload(1) });
    await dying.died;
    await refunded;
    assert.equal(dying.ledger.refundable().length, 1, 'it had paid before its first chunk');
    const back = join(2);
    await back.until(() => back.ledger.refundable().length === 0);
    assert.equal(await coordinator.roundsOver, 'completed');
  });

  /** A statement as its platform would sign it, except for the changes. */
  const statementOf = (index: number, changes: Partial<StatementBody> = {}, signer = index): StatementBody => {
    const { federation } = house.federation.manifest;
    const listed = house.store.sessions.listed(1, 1)!;
    const { sealKey, maskKey } = listed.keys.find(({ id }) => id === `p${index}`)!;
    const body = { round: 1, attempt: 1, parametersHash: listed.parametersHash, sealKey, maskKey, ...changes };
    const key = attemptKey(nodeEngine, { federation, round: body.round, attempt: body.attempt });
    const { secretKey } = house.federation.platforms[signer].identity;
    const signature = signStatement(nodeEngine, federation, { ...body, attempt: key }, secretKey);
    return { kind: 'statement', ...body, signature, ...(changes.signature && { signature: changes.signature }) };
  };

  it('a statement counts once, of its own sender, over the keys that stand in the key list, of an attempt that is charged', async () => {
    await begin({ plannedRounds: 2, rounds: { count: 2 } });
    const ended = house.next('attempt-ended');
    [0, 1].forEach((index) => join(index, { loses: isStatement }));
    await join(2, { sends: inMidUpload(1) }).died;
    await ended;
    const [, second] = house.store.sessions.listed(1, 1)!.keys;
    const lies: readonly StatementBody[] = [
      statementOf(0, { sealKey: second.sealKey, maskKey: second.maskKey }),
      statementOf(0, { maskKey: second.maskKey }),
      statementOf(0, { parametersHash: new Uint8Array(32) }),
      statementOf(0, { signature: new Uint8Array(64) }),
      // Signed by another platform, and another platform's own statement.
      statementOf(0, {}, 1),
      statementOf(1),
      statementOf(0, { attempt: 7 }),
      statementOf(0, { round: 2 }),
    ];
    for (const lie of lies) await live[0].link.send(lie);
    await live[0].link.drained();
    assert.deepEqual([...house.store.sessions.statements({ round: 1, attempt: 1 })], []);
    assert.equal(eventsOf('refund'), 0);
    // Reported at once, and then at most once per second.
    assert.equal(eventsOf('statements-dropped'), 1);
    await house.next('statements-dropped');
    assert.equal(dropped(), lies.length);
    for (let i = 0; i < 3; i++) await live[0].link.send(statementOf(0));
    await live[0].link.drained();
    assert.deepEqual([...house.store.sessions.statements({ round: 1, attempt: 1 }).keys()], ['p0']);
    assert.equal(eventsOf('statement'), 1);
    assert.equal(eventsOf('refund'), 0, 'one of three, however often');
  });

  it('a statement of an attempt that completed is of no use: not waited for, not kept, not held against its sender', async () => {
    const coordinator = await begin({ plannedRounds: 1, rounds: { count: 2 } });
    [0, 1, 2].forEach((index) => join(index));
    assert.equal(await coordinator.roundsOver, 'budget-exhausted');
    assert.equal(eventsOf('waiting'), 0);
    for (const index of [0, 1, 2]) await live[index].link.send(statementOf(index));
    for (const platform of live) await platform.link.drained();
    assert.deepEqual([...house.store.sessions.statements({ round: 1, attempt: 1 })], []);
    assert.deepEqual([eventsOf('refund'), dropped()], [0, 0]);
    assert.equal(house.store.ledger.entries().length, 1);
    await coordinator.stop();
    const second = await house.start(patience());
    assert.equal(await second.roundsOver, 'budget-exhausted');
    assert.equal(eventsOf('waiting'), 0, 'by another process, too');
  });

  it('no more than F are taken back, and then the budget is exhausted at once', async () => {
    const coordinator = await begin({ plannedRounds: 1, refunds: 1, rounds: { count: 1 } });
    const inEveryUpload: LiveOptions['sends'] = (body) =>
      !(body.kind === 'secagg' && body.message.kind === 'masked-chunk' && body.message.index === 1);
    [0, 1].forEach((index) => join(index));
    await join(2, { sends: inEveryUpload }).died;
    await join(2, { sends: inEveryUpload }).died;
    join(2);
    assert.equal(await coordinator.roundsOver, 'budget-exhausted');
    assert.equal(eventsOf('refund'), 1);
    const kinds = house.events.map(({ kind }) => kind);
    assert.ok(kinds.lastIndexOf('waiting') < kinds.indexOf('refund'), 'nothing is waited for that cannot come');
    assert.deepEqual(house.outcomes(), ['too-few-platforms', 'too-few-platforms']);
  });

  it('shows each platform at connect the last keys that it signed, before all else', async () => {
    const coordinator = await begin({ plannedRounds: 2, rounds: { count: 2 } });
    [0, 1, 2].forEach((index) => join(index));
    assert.ok(live.every(({ received }) => !received.some(({ kind }) => kind === 'last-keys')));
    assert.equal(await coordinator.roundsOver, 'completed');
    const back = join(1);
    await back.until(() => back.received.length > 2);
    const [first] = back.received;
    assert.ok(first.kind === 'last-keys');
    assert.deepEqual([first.round, first.attempt], [2, 1]);
    assert.ok(back.store.sessions.knows(first.keys));
    // Another state, in which this platform would not know what it has revealed.
    const old = new LivePlatform(house, house.federation.platforms[1], {});
    live.push(old);
    await old.until(() => old.received.length > 0);
    assert.equal(old.store.sessions.knows(first.keys), false);
  });
});

function waits(coordinator: Awaited<ReturnType<House['start']>>): readonly unknown[] {
  const { state, waitingFor } = coordinator.status().rounds;
  return [state, waitingFor];
}
