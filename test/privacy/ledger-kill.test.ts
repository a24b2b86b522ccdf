import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { composedEpsilon } from '../../core/privacy/composition.ts';
import { distinctCharges, verifyLedger } from '../../core/privacy/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger.ts';
import { ledgerBudget } from '../../core/privacy/plan-events.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { PLAN, releasedFile, runBothSides } from './dying-ledgers.ts';

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
  const { elsewhere, delta } = ledgerBudget(PLAN, side);
  return composedEpsilon(
    [...elsewhere, ...distinctCharges(entries).map((charge) => ({ event: charge.event, count: 1 }))],
    delta,
  );
}

describe('ledgers under kill -9', function () {
  this.timeout(120_000);

  it('at every point between two things that either side does: nothing has left uncharged, nothing is overspent', async () => {
    const folders: string[] = [];
    try {
      const walk = async (point: number): Promise<boolean> => {
        const folder = mkdtempSync(join(tmpdir(), 'isthmus-kill-'));
        folders.push(folder);
        const signal = await killedAt(folder, point);
        check(folder, `killed at ${point}`);
        // The next process finds what this one left, and goes on to the end of the budget.
        await runBothSides(folder, 'second', () => undefined);
        check(folder, `killed at ${point}, and run to the end`);
        return signal !== null;
      };
      let points = 0;
      // Two at a time: a walk is mostly the start of a process.
      while ((await Promise.all([walk(points), walk(points + 1)])).every(Boolean)) points += 2;
      assert.ok(points >= 20, `${points} points`);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });
});

function check(folder: string, when: string): void {
  const budget = PLAN.budget! * (1 + 1e-12);
  const coordinator = openCoordinatorStore(join(folder, 'coordinator.db'), { federation: 'f', parameters: 3 });
  const platform = openPlatformStore(join(folder, 'platform.db'));
  try {
    const theirs = coordinator.ledger.entries();
    const ours = platform.ledger.entries();
    verifyLedger('f', theirs);
    verifyLedger('f', ours);
    assert.ok(spentOf(theirs, 'coordinator') <= budget, when);
    assert.ok(spentOf(ours, { platform: 'a' }) <= budget, when);
    const charged = new Set(ours.map(({ charge }) => charge.session));
    const known = new Set(theirs.map(({ charge }) => charge.session));
    const file = releasedFile(folder);
    const released = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    const encoders = new Map<string, string>();
    for (const line of released) {
      const [kind, which, ...values] = line.split(' ');
      if (kind === 'session') {
        assert.ok(charged.has(which) && known.has(which), `${when}: ${line} left uncharged`);
        continue;
      }
      assert.ok(
        ours.some(({ charge }) => charge.label === 'encoder' && charge.round === Number(which)),
        when,
      );
      // A second value of the same release would be another release.
      assert.equal(encoders.get(which) ?? values.join(' '), values.join(' '), when);
      encoders.set(which, values.join(' '));
    }
  } finally {
    coordinator.close();
    platform.close();
  }
}
