import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { distinctCharges, verifyLedger } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { leftFile, openStores, PLAN, PLATFORM, runFederation } from './dying-ledgers.ts';

const CHILD = fileURLToPath(new URL('dying-ledgers.ts', import.meta.url));

/** Started and killed at one point. @returns the signal it died of, or null when it came to its end. */
async function killedAt(folder: string, point: number): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(point)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.ok(signal !== null || code === 0, `ended with ${code}`);
  return signal;
}

function spentOf(entries: readonly LedgerEntry[], side: Parameters<typeof ledgerBudget>[1]): number {
  const { elsewhere, delta } = ledgerBudget(PLAN.privacy, side);
  return composedEpsilon(
    [...elsewhere, ...distinctCharges(entries).map((charge) => ({ event: charge.event, count: 1 }))],
    delta,
  );
}

describe('a federation under kill -9', function () {
  this.timeout(180_000);

  it('before anything that either side writes or sends: nothing has left uncharged, nothing is overspent', async () => {
    const folders: string[] = [];
    const left = new Set<string>();
    try {
      const walk = async (point: number): Promise<boolean> => {
        const folder = mkdtempSync(join(tmpdir(), 'isthmus-kill-'));
        folders.push(folder);
        const signal = await killedAt(folder, point);
        check(folder, `killed at ${point}`);
        // The next process finds what this one left, and goes on to the end of the budget.
        assert.equal(await runFederation(folder, 'second', () => undefined), 'budget-exhausted');
        for (const line of check(folder, `killed at ${point}, and run to the end`)) left.add(line.split(' ')[0]);
        return signal !== null;
      };
      let points = 0;
      // Two at a time: a walk is mostly the start of a process.
      while ((await Promise.all([walk(points), walk(points + 1)])).every(Boolean)) points += 2;
      assert.ok(points >= 14, `${points} points`);
      assert.deepEqual(left, new Set(['encoder', 'keys', 'survivors', 'shares', 'model']));
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });
});

/** @returns what has left. */
function check(folder: string, when: string): readonly string[] {
  const { coordinator, platform } = openStores(folder);
  try {
    const theirs = coordinator.ledger.entries();
    const ours = platform.ledger.entries();
    verifyLedger(PLAN.manifest.federation, theirs);
    verifyLedger(PLAN.manifest.federation, ours);
    const budget = PLAN.privacy.budget! * (1 + 1e-12);
    assert.ok(spentOf(theirs, 'coordinator') <= budget, when);
    assert.ok(spentOf(ours, { platform: PLATFORM }) <= budget, when);
    const file = leftFile(folder);
    const left = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    const encoders = new Map<string, string>();
    for (const line of left) {
      const [kind, which, ...values] = line.split(' ');
      const uncharged = `${when}: ${line} left, and is not on record`;
      switch (kind) {
        case 'encoder':
          assert.ok(
            ours.some(({ charge }) => charge.label === 'encoder' && charge.round === Number(which)),
            uncharged,
          );
          // A second value of the same release would be another release.
          assert.equal(encoders.get(which) ?? values.join(' '), values.join(' '), when);
          encoders.set(which, values.join(' '));
          break;
        case 'keys':
          assert.ok(platform.sessions.isSpent(which), uncharged);
          break;
        case 'survivors':
          assert.ok(chargeOf(theirs, which), uncharged);
          break;
        case 'shares': {
          const session = chargeOf(ours, which)?.session;
          assert.ok(session && chargeOf(theirs, which)?.session === session, uncharged);
          assert.equal(platform.sessions.reveal(session, Uint8Array.of(0)), false, uncharged);
          break;
        }
        case 'model':
          assert.ok(coordinator.rounds.model(Number(which)), uncharged);
          break;
        default:
          assert.fail(line);
      }
    }
    return left;
  } finally {
    coordinator.close();
    platform.close();
  }
}

/** Of an attempt, written round/attempt. */
function chargeOf(entries: readonly LedgerEntry[], which: string): LedgerEntry['charge'] | undefined {
  return entries.find(({ charge }) => charge.scope === 'federation' && `${charge.round}/${charge.attempt}` === which)
    ?.charge;
}
