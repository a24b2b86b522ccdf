/**
 * A platform's part in one attempt, against the real messages of a coordinator: a whole session, recorded and replayed.
 */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Attempt } from '../../client/rounds/attempt.ts';
import type { AttemptOptions } from '../../client/rounds/attempt.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { SessionStore } from '../../client/store/platform-store.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { CoordinatorMessage } from '../../core/secagg/messages.ts';
import { silentLog } from '../../host/log.ts';
import { members, parametersFor, run } from '../secagg/federation.ts';

describe('A platform in an attempt', () => {
  const recorded = run(3);
  const [me] = members(3);
  const told = recorded.transcript
    .filter(({ way, platform }) => way === 'down' && platform === me.id)
    .map(({ message }) => message as CoordinatorMessage);
  const signatures = told.find(({ kind }) => kind === 'consistency-signatures')!;
  const grant = told.find(({ kind }) => kind === 'upload-grant')!;

  let did: string[];
  let failures: string[];
  /** Lists the records in the order of their writing. */
  const sessions = (): SessionStore => {
    const kept = createMemoryStore().sessions;
    return {
      ...kept,
      enter: (entered) => (did.push('recorded as entered'), kept.enter(entered)),
      charging: (attempt, session) => {
        did.push('session recorded');
        kept.charging(attempt, session);
      },
      reveal: (attempt, choice) => (did.push('choice recorded'), kept.reveal(attempt, choice)),
      giveUp: (attempt) => {
        const gaveUp = kept.giveUp(attempt);
        did.push(gaveUp ? 'given up' : 'not given up');
        return gaveUp;
      },
    };
  };
  const begin = (given: Partial<AttemptOptions> = {}): Attempt =>
    new Attempt({
      parameters: parametersFor(members(3)),
      me,
      engine: nodeEngine,
      random: seededRandom(`session ${me.id}`),
      floor: { platforms: 3, tNoise: 2, colluders: 0 },
      sessions: sessions(),
      log: silentLog,
      update: () => Promise.resolve({ vector: recorded.updates.get(me.id)!, zeroed: 0, clamped: 0 }),
      send: ({ kind }) => Promise.resolve(void did.push(kind)),
      charge: () => void did.push('charge'),
      onGivenUp: () => void did.push('told that it was given up'),
      onStage: () => undefined,
      onError: ({ code }) => void failures.push(code),
      ...given,
    });
  const until = async (last: CoordinatorMessage, given: Partial<AttemptOptions> = {}): Promise<Attempt> => {
    const attempt = begin(given);
    for (const message of told.slice(0, told.indexOf(last))) {
      await turn();
      attempt.handle(message);
    }
    await turn();
    return attempt;
  };
  const untilSignatures = async (given: Partial<AttemptOptions> = {}): Promise<Attempt> => {
    const attempt = await until(signatures, given);
    assert.equal(did.at(-1), 'consistency-signature');
    did = [];
    return attempt;
  };
  const untilGrant = async (given: Partial<AttemptOptions> = {}): Promise<Attempt> => {
    const attempt = await until(grant, given);
    assert.equal(did.at(-1), 'upload-request');
    did = [];
    return attempt;
  };
  const full = (): never => {
    throw new StoreError('STORE_FULL', 'the disk is full');
  };

  beforeEach(() => {
    did = [];
    failures = [];
  });

  it('records what it enters, then shows its keys; never what was entered before', async () => {
    begin();
    await turn();
    assert.deepEqual(did.slice(0, 2), ['recorded as entered', 'advertise-keys']);
    did = [];
    const again = begin({ sessions: { ...sessions(), find: () => undefined, enter: () => false } });
    const ending = await again.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'SECAGG_SPENT');
    assert.deepEqual(did, ['leave'], 'what an earlier process entered is not given up here');
  });

  it('records its session and charges its ledger before the first chunk, and never again', async () => {
    const attempt = await untilGrant();
    attempt.handle(grant);
    await turn();
    assert.deepEqual(did, ['session recorded', 'charge', 'masked-chunk', 'masked-chunk']);
    did = [];
    attempt.handle({ kind: 'upload-grant', next: 0, limit: 2 });
    await turn();
    assert.deepEqual(did, ['masked-chunk', 'masked-chunk']);
  });

  it('sends no chunk that its ledger refuses to pay for, and gives the attempt up', async () => {
    const refuse = (): never => {
      throw new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', 'the budget is spent');
    };
    const attempt = await untilGrant({ charge: refuse });
    attempt.handle(grant);
    const ending = await attempt.ended;
    assert.ok(ending.kind === 'left' && ending.text.includes('the budget is spent'));
    await turn();
    assert.deepEqual(did, ['session recorded', 'leave', 'given up', 'told that it was given up']);
  });

  it('sends no chunk whose charge cannot be kept, and says that this is more than one lost attempt', async () => {
    const attempt = await untilGrant({ charge: full });
    attempt.handle(grant);
    const ending = await attempt.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'STORE_FULL');
    await turn();
    assert.deepEqual([did, failures], [['session recorded'], ['STORE_FULL']]);
  });

  it('records which shares it gives away, then gives them away, and is never given up', async () => {
    const attempt = await untilSignatures();
    attempt.handle(signatures);
    await turn();
    assert.deepEqual(did, ['choice recorded', 'reveals']);
    did = [];
    attempt.finish('completed');
    await attempt.ended;
    assert.deepEqual(did, ['not given up']);
  });

  it('gives nothing away where another choice was recorded, or where none can be', async () => {
    const kept = sessions();
    const other = await untilSignatures({ sessions: { ...kept, reveal: () => false } });
    other.handle(signatures);
    const refused = await other.ended;
    assert.equal(refused.kind === 'left' && refused.code, 'SECAGG_EQUIVOCATION');
    assert.deepEqual(did.slice(0, 1), ['leave']);

    did = [];
    const unwritable = await untilSignatures({ sessions: { ...sessions(), reveal: full } });
    unwritable.handle(signatures);
    const ending = await unwritable.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'STORE_FULL');
    await turn();
    assert.deepEqual(did, []);
    assert.deepEqual(failures, ['STORE_FULL']);
  });

  it('gives nothing away once it is given up: whatever still waits, and whoever gave it up', async () => {
    const kept = sessions();
    const attempt = await untilSignatures({ sessions: kept });
    // Another process finds an attempt without an ending.
    kept.giveUpAll();
    attempt.handle(signatures);
    await attempt.ended;
    await turn();
    assert.deepEqual(did, ['choice recorded', 'leave', 'given up', 'told that it was given up']);
  });

  it('is not given up where a reveal is on record, sent or not', async () => {
    const attempt = await untilSignatures({
      send: ({ kind }) => {
        did.push(kind);
        return kind === 'reveals' ? Promise.reject(new Error('the link is lost')) : Promise.resolve();
      },
    });
    attempt.handle(signatures);
    await attempt.ended;
    await turn();
    assert.deepEqual(did, ['choice recorded', 'reveals', 'not given up']);
  });

  it('is given up in whatever stage it ends without a reveal, once its secrets are gone', async () => {
    const drawn: Uint8Array[] = [];
    const random = {
      bytes(length: number) {
        const bytes = seededRandom(`${drawn.length}`).bytes(length);
        drawn.push(bytes);
        return bytes;
      },
    };
    const isWiped = (): boolean => drawn.slice(0, 2).every((secret) => secret.every((byte) => byte === 0));
    let wiped: boolean | undefined;
    const kept = sessions();
    const attempt = begin({
      random,
      sessions: {
        ...kept,
        giveUp: (key) => {
          wiped = isWiped();
          return kept.giveUp(key);
        },
      },
    });
    await turn();
    assert.equal(isWiped(), false);
    attempt.handle({ kind: 'session-end', outcome: 'too-few-platforms', text: '' });
    await attempt.ended;
    assert.equal(wiped, true);
    assert.equal(did.at(-1), 'told that it was given up');
  });

  it('does nothing more once it has left, not even what came before it left', async () => {
    const attempt = await untilSignatures();
    attempt.handle(signatures);
    attempt.leave('another attempt began');
    attempt.handle(signatures);
    assert.equal((await attempt.ended).kind, 'left');
    await turn();
    assert.deepEqual(did, ['leave', 'given up', 'told that it was given up']);
  });
});
