/** A platform's part in one attempt, against what a coordinator really sends: a whole session, recorded and replayed. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../client/log.ts';
import { Attempt } from '../../client/rounds/attempt.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { CoordinatorMessage } from '../../core/secagg/messages.ts';
import { members, parametersFor, run } from '../secagg/federation.ts';

describe('A platform in an attempt', () => {
  const recorded = run(3);
  const [me] = members(3);
  const told = recorded.transcript
    .filter(({ way, platform }) => way === 'down' && platform === me.id)
    .map(({ message }) => message as CoordinatorMessage);
  const signatures = told.find(({ kind }) => kind === 'consistency-signatures')!;

  let did: string[];
  const begin = (): Attempt =>
    new Attempt({
      parameters: parametersFor(members(3)),
      me,
      engine: nodeEngine,
      random: seededRandom(`session ${me.id}`),
      floor: { platforms: 3, tNoise: 2, colluders: 0 },
      sessions: createMemoryStore().sessions,
      log: silentLog,
      update: () => Promise.resolve({ vector: recorded.updates.get(me.id)!, zeroed: 0, clamped: 0 }),
      send: ({ kind }) => Promise.resolve(void did.push(kind)),
      charge: () => void did.push('charge'),
      onStage: () => undefined,
    });
  const untilSignatures = async (): Promise<Attempt> => {
    const attempt = begin();
    for (const message of told.slice(0, told.indexOf(signatures))) {
      await turn();
      attempt.handle(message);
    }
    await turn();
    assert.equal(did.at(-1), 'consistency-signature');
    did = [];
    return attempt;
  };

  beforeEach(() => (did = []));

  it('charges its ledger, then gives its shares away', async () => {
    const attempt = await untilSignatures();
    attempt.handle(signatures);
    await turn();
    assert.deepEqual(did, ['charge', 'reveals']);
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
