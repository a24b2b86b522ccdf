/** A platform's part in one attempt, against what a coordinator really sends: a whole session, recorded and replayed. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Attempt } from '../../client/rounds/attempt.ts';
import type { AttemptOptions } from '../../client/rounds/attempt.ts';
import { StoreError } from '../../client/store/errors.ts';
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

  let did: string[];
  let failures: string[];
  /** Notes what is recorded, when it is. */
  const sessions = (): SessionStore => {
    const kept = createMemoryStore().sessions;
    return {
      isSpent: (attempt) => kept.isSpent(attempt),
      spend: (attempt) => (did.push('recorded as begun'), kept.spend(attempt)),
      reveal: (session, choice) => (did.push('choice recorded'), kept.reveal(session, choice)),
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
      onStage: () => undefined,
      onError: ({ code }) => void failures.push(code),
      ...given,
    });
  const untilSignatures = async (given: Partial<AttemptOptions> = {}): Promise<Attempt> => {
    const attempt = begin(given);
    for (const message of told.slice(0, told.indexOf(signatures))) {
      await turn();
      attempt.handle(message);
    }
    await turn();
    assert.equal(did.at(-1), 'consistency-signature');
    did = [];
    return attempt;
  };

  beforeEach(() => {
    did = [];
    failures = [];
  });

  it('records that it is begun, then shows its keys; never where it was begun before', async () => {
    begin();
    await turn();
    assert.deepEqual(did.slice(0, 2), ['recorded as begun', 'advertise-keys']);
    did = [];
    const again = begin({ sessions: { ...sessions(), isSpent: () => false, spend: () => false } });
    const ending = await again.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'SECAGG_SPENT');
    assert.deepEqual(did, ['leave']);
  });

  it('charges its ledger, records which shares it gives away, then gives them away', async () => {
    const attempt = await untilSignatures();
    attempt.handle(signatures);
    await turn();
    assert.deepEqual(did, ['charge', 'choice recorded', 'reveals']);
  });

  it('gives nothing away that its ledger refuses', async () => {
    const refuse = (): never => {
      throw new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', 'the budget is spent');
    };
    const attempt = await untilSignatures({ charge: refuse });
    attempt.handle(signatures);
    const ending = await attempt.ended;
    assert.ok(ending.kind === 'left' && ending.text.includes('the budget is spent'));
    assert.deepEqual(did, ['leave']);
  });

  it('gives nothing away where another choice was recorded, or where none can be', async () => {
    const other = await untilSignatures({ sessions: { ...sessions(), reveal: () => false } });
    other.handle(signatures);
    const refused = await other.ended;
    assert.equal(refused.kind === 'left' && refused.code, 'SECAGG_EQUIVOCATION');
    assert.deepEqual(did, ['charge', 'leave']);

    did = [];
    const full = (): never => {
      throw new StoreError('STORE_FULL', 'the disk is full');
    };
    const unwritable = await untilSignatures({ sessions: { ...sessions(), reveal: full } });
    unwritable.handle(signatures);
    const ending = await unwritable.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'STORE_FULL');
    await turn();
    assert.deepEqual(did, ['charge']);
    assert.deepEqual(failures, ['STORE_FULL']);
  });

  it('gives nothing away where its charge cannot be kept, and says that this is more than one lost attempt', async () => {
    const full = (): never => {
      throw new StoreError('STORE_FULL', 'the disk is full');
    };
    const attempt = await untilSignatures({ charge: full });
    attempt.handle(signatures);
    const ending = await attempt.ended;
    assert.equal(ending.kind === 'left' && ending.code, 'STORE_FULL');
    await turn();
    assert.deepEqual([did, failures], [[], ['STORE_FULL']]);
  });

  it('does nothing more once it has left, not even what came before it left', async () => {
    const attempt = await untilSignatures();
    attempt.handle(signatures);
    attempt.leave('another attempt began');
    attempt.handle(signatures);
    assert.equal((await attempt.ended).kind, 'left');
    await turn();
    assert.deepEqual(did, ['leave']);
  });
});
