import { roundWorkOf } from '../../client/rounds/update.ts';
import type { RoundWork } from '../../client/rounds/update.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { PlatformEvent } from '../../client/events.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { attemptConfig, roundSum } from '../../core/federation/attempt.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { canonicalEntry } from '../../core/privacy/ledger/ledger.ts';
import { attemptCharge } from '../../core/privacy/plan/plan-events.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import type { AttemptStartBody, Body } from '../../core/wire/body.ts';
import { silentLog } from '../../host/log.ts';
import { smallWorld } from './small-world.ts';

/** A model that adopts and never finishes a contribution, for decisions that come before any data is used. */
const model: Pick<PlatformModel, 'adopt' | 'contributions'> = {
  adopt: () => Promise.resolve(),
  contributions: async function* () {
    await new Promise(() => undefined);
    yield { values: new Float32Array(0) };
  },
};

describe('Taking part in a round', () => {
  const names = ['books', 'films', 'music'];
  const trunk = encoderSpec('shared-trunk', {
    'autoencoder.hidden': 8,
    'autoencoder.bottleneck': 4,
    'subspace.steps': 1,
  });
  const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds: { count: 3 } }, names);
  let plan = planFederation(world.manifest);
  const { identity } = world.options('books');
  let store: PlatformStore;
  let ledger: OwnLedger;
  let sent: Body[];
  let events: PlatformEvent[];
  let failures: unknown[];

  const begin = (random: RandomStreams = seededStreams(`participation ${sent.length}`)): Participation =>
    new Participation({
      plan,
      identity,
      floor: DEFAULT_FLOOR,
      store,
      ledger,
      engine: nodeEngine,
      random,
      log: silentLog,
      emit: (event) => void events.push(event),
      send(body) {
        sent.push(body);
        return Promise.resolve();
      },
      onError: (error) => void failures.push(error),
      persons: 10,
    });
  const work = (joined: object = model): RoundWork =>
    roundWorkOf(joined as PlatformModel, { plan, platform: identity.name, random: seededStreams('noise') });
  const ready = async (random?: RandomStreams, joined: object = model): Promise<Participation> => {
    ledger.sync({ kind: 'ledger-sync', from: 0, entries: [] });
    const participation = begin(random);
    await participation.join(work(joined));
    return participation;
  };
  const invitation = (changes: Partial<AttemptStartBody> = {}): AttemptStartBody => ({
    kind: 'attempt-start',
    round: 1,
    attempt: 1,
    config: attemptConfig(plan, names),
    model: firstModel(plan),
    ...changes,
  });
  const declined = (): readonly string[] =>
    sent.flatMap((body) => (body.kind === 'attempt-decline' ? [body.code] : []));
  const said = (): readonly string[] => sent.flatMap((body) => (body.kind === 'secagg' ? [body.message.kind] : []));

  beforeEach(() => {
    plan = planFederation(world.manifest);
    store = createMemoryStore();
    ledger = new OwnLedger(plan, 'books', store);
    sent = [];
    events = [];
    failures = [];
  });
  afterEach(() => assert.deepEqual(failures, []));

  it('begins when all is as the manifest says', async () => {
    (await ready()).onAttemptStart(invitation());
    await Promise.resolve();
    assert.deepEqual([declined(), said()], [[], ['advertise-keys']]);
  });

  it('is declined before the encoder stands, and before the coordinator’s ledger was seen', async () => {
    begin().onAttemptStart(invitation());
    const participation = begin();
    await participation.join(work());
    participation.onAttemptStart(invitation());
    assert.deepEqual([declined(), said()], [['PLATFORM_NOT_READY', 'PRIVACY_LEDGER_REFUSED'], []]);
  });

  it('is declined for a shared model it was not given before, or that is none', async () => {
    const participation = await ready();
    const other = firstModel(plan);
    other[0] += 1;
    const broken = firstModel(plan);
    broken[0] = Number.NaN;
    for (const wrong of [other, broken, new Float32Array(3)])
      participation.onAttemptStart(invitation({ model: wrong }));
    assert.deepEqual([declined(), said()], [['ROUND_MODEL', 'ROUND_MODEL', 'ROUND_MODEL'], []]);
  });

  it('is declined under another configuration, or in a cohort without it', async () => {
    const participation = await ready();
    const weaker = JSON.parse(new TextDecoder().decode(attemptConfig(plan, names))) as Record<string, unknown>;
    const configs = [
      new TextEncoder().encode(JSON.stringify({ ...weaker, privacy: 'f'.repeat(64) })),
      new TextEncoder().encode('no json'),
      attemptConfig(plan, ['films', 'music']),
    ];
    for (const config of configs) participation.onAttemptStart(invitation({ config }));
    assert.deepEqual(declined(), ['ATTEMPT_CONFIG', 'ATTEMPT_CONFIG', 'ATTEMPT_CONFIG']);
    assert.deepEqual(said(), []);
    const [told] = sent.flatMap((body) => (body.kind === 'attempt-decline' ? [body.text] : []));
    assert.match(told, /: the privacy plan \(clips, noise, thresholds\) is another one \(privacy "ffff/);
    assert.doesNotMatch(told, /the manifest is another one|cohort/);
  });

  it('ends with the attempt: no key stays, also when nobody ended the session', async () => {
    const keys: Uint8Array[] = [];
    const participation = await ready({
      of: (purpose) => ({
        bytes(length) {
          const bytes = seededStreams('keys').of(`${purpose} ${keys.length}`).bytes(length);
          if (purpose.startsWith('keys/')) keys.push(bytes);
          return bytes;
        },
      }),
    });
    participation.onAttemptStart(invitation());
    await turn();
    const [sealKey, maskKey] = keys;
    assert.ok(sealKey.some((byte) => byte !== 0));
    const end = { round: 1, attempt: 1, outcome: 'completed', text: '', completedRounds: 1 } as const;
    participation.onAttemptEnd({ kind: 'attempt-end', ...end, model: firstModel(plan) });
    await turn();
    assert.ok([...sealKey, ...maskKey].every((byte) => byte === 0));
    assert.deepEqual(said(), ['advertise-keys'], 'and nothing is said about it');
  });

  it('is declined for a round that is over', async () => {
    const participation = await ready();
    const next = firstModel(plan).fill(0.5);
    const end = {
      kind: 'attempt-end',
      round: 1,
      attempt: 1,
      outcome: 'completed',
      text: '',
      completedRounds: 1,
    } as const;
    participation.onAttemptEnd({ ...end, model: next });
    participation.onAttemptStart(invitation());
    participation.onAttemptStart(invitation({ round: 2 }));
    participation.onAttemptStart(invitation({ round: 2, model: next }));
    await Promise.resolve();
    assert.deepEqual([declined(), said()], [['ROUND_STALE', 'ROUND_MODEL'], ['advertise-keys']]);
    assert.throws(() => participation.onAttemptEnd({ ...end, round: 2, model: new Float32Array(1) }), {
      code: 'ROUND_MODEL',
    });
    assert.equal(participation.round, 1);
  });

  it('is declined, and nothing is charged, once the shared model says that its loss stopped falling', async () => {
    const spec = encoderSpec('subspace>two-towers', { 'two-towers.patience': 2 });
    const stopping = smallWorld({ encoder: spec, privacy: { epsilon: 8 }, rounds: { count: 9 } }, names);
    plan = planFederation(stopping.manifest);
    ledger = new OwnLedger(plan, 'books', store);
    const participation = await ready();
    const next = firstModel(plan);
    assert.deepEqual([...next.subarray(-2)], [1, 0]);
    const end = { kind: 'attempt-end', attempt: 1, outcome: 'completed', text: '' } as const;
    participation.onAttemptEnd({ ...end, round: 1, completedRounds: 1, model: next.with(-1, 1) });
    participation.onAttemptEnd({ ...end, round: 2, completedRounds: 2, model: next.with(-1, 2) });
    assert.equal(await participation.over, 'the loss of held-out persons has stopped falling');
    const config = attemptConfig(plan, names);
    const before = ledger.spent;
    participation.onAttemptStart(invitation({ round: 3, config, model: next.with(-1, 2) }));
    assert.deepEqual([declined(), said(), ledger.spent], [['ROUND_STALE'], [], before]);
    assert.equal(await begin().over, 'the loss of held-out persons has stopped falling');
  });

  it('is declined when the budget does not hold it', async () => {
    const sum = roundSum(plan);
    let n = 0;
    assert.throws(
      () => {
        for (;;) ledger.charge(attemptCharge(sum, 1, ++n, String(n).padStart(64, '0')));
      },
      { code: 'PRIVACY_BUDGET_EXHAUSTED' },
    );
    ledger.sync({ kind: 'ledger-sync', from: 0, entries: store.ledger.entries().map(canonicalEntry) });
    assert.equal(ledger.refusal, undefined);
    const participation = begin();
    await participation.join(work());
    participation.onAttemptStart(invitation());
    assert.deepEqual([declined(), said()], [['PRIVACY_BUDGET_EXHAUSTED'], []]);
  });

  it('is never begun twice, also not by another process on the same state', async () => {
    (await ready()).onAttemptStart(invitation());
    await Promise.resolve();
    (await ready()).onAttemptStart(invitation());
    await new Promise((resolve) => setImmediate(resolve));
    const messages = sent.flatMap((body) => (body.kind === 'secagg' ? [body.message] : []));
    assert.deepEqual(
      messages.map(({ kind }) => kind),
      ['advertise-keys', 'leave'],
    );
    assert.equal(messages[1].kind === 'leave' && messages[1].code, 'SECAGG_SPENT');
  });

  it('that cannot be recorded is neither begun nor declined, and the failure comes out', async () => {
    const full = new StoreError('STORE_FULL', 'the disk is full');
    const fail = (): never => {
      throw full;
    };
    const { models } = store;
    const held: typeof models = {
      latest: () => models.latest(),
      at: fail,
      accept: () => undefined,
      serve: fail,
      served: fail,
    };
    store = { ...store, models: held };
    const participation = await ready();
    assert.throws(() => participation.onAttemptStart(invitation()), full);
    assert.deepEqual([declined(), said()], [[], []]);
    store = { ...store, models, sessions: { ...store.sessions, enter: fail } };
    (await ready()).onAttemptStart(invitation());
    await turn();
    assert.deepEqual([declined(), said(), failures.splice(0)], [[], [], [full]]);
  });

  it('goes on after a shared model that could not be adopted, for whoever asks next', async () => {
    let refuses = false;
    const moody = {
      ...model,
      adopt: () => (refuses ? Promise.reject(new Error('no memory for the model')) : Promise.resolve()),
    };
    const participation = await ready(undefined, moody);
    const end = { kind: 'attempt-end', attempt: 1, outcome: 'completed', text: '' } as const;
    refuses = true;
    participation.onAttemptEnd({ ...end, round: 1, completedRounds: 1, model: firstModel(plan) });
    await turn();
    assert.match(String(failures.splice(0)), /no memory/);
    await participation.idle();
    refuses = false;
    participation.onAttemptEnd({ ...end, round: 2, completedRounds: 2, model: firstModel(plan) });
    await turn();
    await participation.idle();
  });

  it('is over when all rounds are completed, the budget is spent, or the coordinator gave up', async () => {
    const end = {
      kind: 'attempt-end',
      round: 1,
      attempt: 0,
      text: '',
      completedRounds: 0,
      model: new Float32Array(0),
    } as const;
    for (const [body, why] of [
      [{ ...end, outcome: 'budget-exhausted' }, 'the budget is spent'],
      [{ ...end, outcome: 'too-few-platforms' }, 'the coordinator gave the round up for now'],
    ] as const) {
      const participation = begin();
      participation.onAttemptEnd({ ...body, attempt: 3, outcome: 'abandoned' });
      participation.onAttemptEnd(body);
      assert.equal(await participation.over, why);
    }
    const participation = begin();
    const models = firstModel(plan);
    for (const round of [1, 2, 3]) {
      participation.onAttemptEnd({
        ...end,
        round,
        attempt: 1,
        outcome: 'completed',
        completedRounds: round,
        model: models,
      });
    }
    assert.equal(await participation.over, 'all rounds are completed');
  });
});
