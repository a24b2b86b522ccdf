/** A federation that is killed at every point of a switch to the next version of its manifest, and goes on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { verifyLedger } from '../../core/privacy/ledger/ledger.ts';
import type { Charge, LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { closeStores, LEFT, leftIn, openStores, PLANS, ROUNDS, runSwitch } from './dying-switch.ts';
import type { Stores } from './dying-switch.ts';

const CHILD = fileURLToPath(new URL('dying-switch.ts', import.meta.url));
const { federation } = PLANS[0].manifest;
const [, two] = PLANS;

/** @param point number of the point at which the process dies, or the beginning of the line that would leave next. */
async function killedAt(folder: string, point: number | string): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(point)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.ok(signal !== null || code === 0, `point ${point} ended with ${code}`);
  return signal !== null;
}

const chargesIn = (entries: readonly LedgerEntry[]): readonly Charge[] =>
  entries.flatMap(({ charge }) => (charge?.scope === 'federation' ? [charge] : []));

/** @returns the kinds of things that have left. */
function check(folder: string, when: string): ReadonlySet<string> {
  const stores = openStores(folder);
  const left = leftIn(folder);
  try {
    const own = stores.platforms.get('p0')!;
    const sides = [['coordinator', stores.coordinator] as const, ...stores.platforms];
    for (const [name, { ledger }] of sides) {
      const entries = ledger.entries();
      verifyLedger(federation, entries);
      const charges = chargesIn(entries);
      assert.equal(
        new Set(charges.map(({ session }) => session)).size,
        charges.length,
        `${when}: ${name} charged twice`,
      );
      const accounts = Accounts.of(entries);
      assert.ok(accounts.of(1).attempts <= LEFT, `${when}: ${name} holds more of version 1 than is left to it`);
      const side = name === 'coordinator' ? 'coordinator' : { platform: name };
      const { elsewhere, delta } = ledgerBudget(two.privacy, side);
      assert.ok(
        composedEpsilon([...elsewhere, ...accounts.events()], delta) <= two.privacy.budget!,
        `${when}: ${name}`,
      );
    }
    for (const [at, line] of left.entries()) {
      const [kind, which = ''] = line.split(' ');
      const lost = `${when}: ${line} left, and is not on record`;
      const [round, attempt] = which.includes('/') ? which.split('/').map(Number) : [0, 0];
      const chargeOf = (entries: readonly LedgerEntry[]): Charge | undefined =>
        chargesIn(entries).find((charge) => charge.round === round && charge.attempt === attempt);
      const entered = own.sessions.find(attemptKey(nodeEngine, { federation, round, attempt }));
      if (kind === 'grant' || kind === 'survivors') assert.ok(chargeOf(stores.coordinator.ledger.entries()), lost);
      if (kind === 'update') {
        const charge = chargeOf(own.ledger.entries());
        assert.ok(charge && charge.session === entered?.session, lost);
        assert.equal(chargeOf(stores.coordinator.ledger.entries())?.session, charge.session, lost);
        assert.equal(charge.version, left.slice(0, at).includes('switch') ? 2 : 1, lost);
      }
      if (kind === 'shares') assert.equal(entered?.ending, 'revealed', lost);
      if (kind === 'statement') assert.equal(entered?.ending, 'given-up', lost);
      if (kind === 'model') assert.ok(stores.coordinator.rounds.model(Number(which)), lost);
      if (kind === 'signature') {
        assert.ok(
          stores.platforms
            .get(which)!
            .versions.all()
            .some(({ version }) => version === 2),
          lost,
        );
      }
    }
    // Nobody uses version 2 before all four have signed it.
    const all = ['p0', 'p1', 'p2', 'p3'].every((name) => left.includes(`signature ${name}`));
    const isInForce = sides.some(([, { versions }]) =>
      versions.all().some(({ version, standing }) => version === 2 && standing === 'in-force'),
    );
    assert.ok(all || !isInForce, when);
    return new Set(left.map((line) => line.split(' ')[0]));
  } finally {
    closeStores(stores);
  }
}

describe('a switch to the next version under kill -9', function () {
  this.timeout(1_800_000);

  it('before anything that is written or sent: no charge is lost or doubled, the old version runs until all have signed, and rounds go on', async () => {
    const seen = new Set<string>();
    const walk = async (point: number): Promise<boolean> => {
      const folder = mkdtempSync(join(tmpdir(), 'isthmus-switch-'));
      try {
        const isKilled = await killedAt(folder, point);
        check(folder, `killed at ${point}`);
        await runSwitch(folder, 'second', () => undefined);
        for (const kind of check(folder, `killed at ${point}, and run to the end`)) seen.add(kind);
        const stores = openStores(folder);
        assert.equal(stores.coordinator.rounds.latest()?.round, ROUNDS, `killed at ${point}`);
        closeStores(stores);
        return isKilled;
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    let point = 0;
    while ((await Promise.all([walk(point), walk(point + 1)])).every(Boolean)) point += 2;
    assert.ok(point > 60, `${point} points`);
    const kinds = ['keys', 'grant', 'update', 'survivors', 'shares', 'model', 'statement', 'signature', 'switch'];
    assert.deepEqual([...seen].toSorted(), kinds.toSorted());
  });

  it('after an attempt of version 1 was charged and lost: version 2 takes it back, in everybody’s ledger, and its rounds go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-switch-'));
    try {
      // Everybody has uploaded, and nobody knows the survivors.
      assert.ok(await killedAt(folder, 'survivors 2/'));
      const session = stateOf(folder, ({ coordinator, platforms }) => {
        const [coordinators, ...own] = [coordinator, ...['p0', 'p1', 'p2'].map((name) => platforms.get(name)!)].map(
          ({ ledger }) => chargesIn(ledger.entries()).find(({ round }) => round === 2)?.session,
        );
        assert.deepEqual(own, [coordinators, coordinators, coordinators]);
        return coordinators;
      });
      await runSwitch(folder, 'second', () => undefined, 1);
      check(folder, 'after the switch');
      stateOf(folder, ({ coordinator, platforms }) => {
        assert.equal(coordinator.rounds.latest()?.round, ROUNDS);
        const last = coordinator.rounds.attempts(100).find(({ round }) => round === 2);
        assert.notEqual(last?.end?.outcome, 'completed');
        for (const [name, { ledger }] of [['coordinator', coordinator] as const, ...platforms]) {
          const accounts = Accounts.of(ledger.entries());
          const account = accounts.all().find(({ charge }) => charge.session === session);
          assert.equal(account?.charge.version, 1, name);
          assert.ok(account.refund, `${name} keeps the charge`);
          const { attempts, refunds } = accounts.of(1);
          assert.deepEqual([attempts, refunds], [1, 1], name);
          assert.equal(accounts.of(2).attempts, ROUNDS - 1, name);
        }
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function stateOf<Result>(folder: string, read: (stores: Stores) => Result): Result {
  const stores = openStores(folder);
  try {
    return read(stores);
  } finally {
    closeStores(stores);
  }
}
