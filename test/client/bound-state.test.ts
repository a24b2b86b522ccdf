/** A platform that leaves: what its state says, and what the state refuses afterwards. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveInState, signInState } from '../../client/bound-state.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import { takeVersion } from '../../core/federation/versions.ts';
import { Ledger } from '../../core/privacy/ledger/ledger.ts';
import { attemptCharge, ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { enterSession } from '../privacy/refunds.ts';
import { tinyFederation } from '../server/tiny-federation.ts';

describe('the state of a platform that leaves', () => {
  const { manifest, plan, platforms } = tinyFederation({
    platforms: 5,
    epsilon: 8,
    dropouts: 1,
    rounds: { count: 3, refunds: 2 },
    refunds: 2,
  });
  const { federation } = manifest;
  const [{ name }] = platforms;
  const signers = platforms.map((own) => ({ name: own.name, secretKey: own.identity.secretKey }));
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'isthmus-left-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('counts what the ledger holds charged and taken back, and charges no more', async () => {
    const state = openSqliteStore(join(directory, 'state.db'), { federation, platform: name });
    takeVersion(manifest, state.versions, name, () => 0);
    const rules = ledgerRules(plan, nodeEngine, state.sessions);
    const ledger = Ledger.open(federation, state.ledger, ledgerBudget(plan.privacy, { platform: name }), rules);
    for (const round of [1, 2, 3]) {
      const entered = enterSession(federation, signers, round, 1);
      const own = entered.entered.get(name)!;
      state.sessions.enter(own);
      state.sessions.charging(own.attempt, entered.session);
      const charge = attemptCharge(roundSum(plan), round, 1, entered.session);
      ledger.charge(charge);
      if (round !== 2) continue;
      state.sessions.giveUp(own.attempt);
      ledger.refund(
        entered.refund(
          charge,
          signers.map((one) => one.name),
        ),
      );
    }
    state.close();
    for (const _ of ['first', 'again after a crash']) {
      assert.deepEqual(await leaveInState(directory, manifest, name), { attempts: 2, uploads: 3, refunds: 1 });
    }
    const later = openSqliteStore(join(directory, 'state.db'), { federation, platform: name });
    assert.throws(() => takeVersion(manifest, later.versions, name, () => 2), { code: 'VERSION_LEFT' });
    later.close();
    await assert.rejects(signInState(directory, manifest, name), { code: 'VERSION_LEFT' });
  });

  it('must be the one that ran', async () => {
    await assert.rejects(leaveInState(directory, manifest, name), { code: 'VERSION_STATE' });
  });
});
