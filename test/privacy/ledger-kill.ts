/** A federation that is killed at chosen points, and the conditions that both sides' ledgers must then meet. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { verifyLedger } from '../../core/privacy/ledger/ledger.ts';
import type { LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { keyOf, leftFile, openStores, PLAN, PLATFORM, runFederation } from './dying-ledgers.ts';

const CHILD = fileURLToPath(new URL('dying-ledgers.ts', import.meta.url));

/** Starts a process that is killed at one point. @returns the signal that ended it, or null if it came to its end. */
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
  return composedEpsilon([...elsewhere, ...Accounts.of(entries).events()], delta);
}

/**
 * Kills a federation before anything that either side writes or sends, and runs it to its end from what is left: nothing may have
 * left uncharged, and nothing may be overspent.
 * @param step every how many of these points are tried.
 */
export async function killAtEvery(step: number): Promise<void> {
  const folders: string[] = [];
  const left = new Set<string>();
  try {
    const walk = async (point: number): Promise<boolean> => {
      const folder = mkdtempSync(join(tmpdir(), 'isthmus-kill-'));
      folders.push(folder);
      const signal = await killedAt(folder, point);
      check(folder, `killed at ${point}`);
      // The next process finds the state of this one, and continues to the end of the budget.
      const ending = await runFederation(folder, 'second', () => undefined);
      // A platform that had revealed before it died keeps its charge when the others take theirs back: its own budget is
      // spent then, and it declines until the round is given up.
      if (ending !== 'budget-exhausted') {
        assert.deepEqual([ending, paidForLess(folder)], ['gave-up', true], `at ${point}`);
      }
      for (const line of check(folder, `killed at ${point}, and run to the end`)) left.add(line.split(' ')[0]);
      return signal !== null;
    };
    let point = 0;
    // Two at a time, because most of a walk is the start of a process.
    while ((await Promise.all([walk(point), walk(point + step)])).every(Boolean)) point += 2 * step;
    assert.ok(point + 2 * step > 14, `${point} points`);
    const all = ['encoder', 'keys', 'grant', 'update', 'survivors', 'shares', 'model', 'statement'];
    assert.deepEqual(left, new Set(all));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

/** True if a platform's ledger charges an attempt whose charge the coordinator has taken back. */
function paidForLess(folder: string): boolean {
  const { coordinator, platform, others } = openStores(folder);
  const sessionsOf = (entries: readonly LedgerEntry[]): readonly string[] =>
    Accounts.of(entries)
      .all()
      .filter(({ charge, refund }) => charge.scope === 'federation' && refund === undefined)
      .map(({ charge }) => charge.session);
  const theirs = new Set(sessionsOf(coordinator.ledger.entries()));
  const own = [platform, ...others.values()].flatMap(({ ledger }) => sessionsOf(ledger.entries()));
  for (const store of [coordinator, platform, ...others.values()]) store.close();
  return own.some((session) => !theirs.has(session));
}

/** @returns the lines of everything that has left. */
function check(folder: string, when: string): readonly string[] {
  const { coordinator, platform, others } = openStores(folder);
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
    const endings = new Map<string, string>();
    for (const line of left) {
      const [kind, which, ...values] = line.split(' ');
      const uncharged = `${when}: ${line} left, and is not on record`;
      switch (kind) {
        case 'encoder':
          assert.ok(
            ours.some(({ charge }) => charge?.label === 'encoder' && charge.round === Number(which)),
            uncharged,
          );
          // A second value of the same release would be another release.
          assert.equal(encoders.get(which) ?? values.join(' '), values.join(' '), when);
          encoders.set(which, values.join(' '));
          break;
        case 'keys':
          // Written with the attempt's key.
          assert.ok(platform.sessions.find(which), uncharged);
          break;
        case 'grant':
        case 'survivors':
          assert.ok(chargeOf(theirs, which), uncharged);
          break;
        case 'update': {
          const session = chargeOf(ours, which)?.session;
          assert.ok(session && chargeOf(theirs, which)?.session === session, uncharged);
          assert.equal(platform.sessions.find(keyOf(which))?.session, session, uncharged);
          break;
        }
        case 'shares':
        case 'statement':
          // Exactly one of the two, whenever the process was killed.
          assert.equal(endings.get(which) ?? kind, kind, uncharged);
          endings.set(which, kind);
          assert.equal(
            platform.sessions.find(keyOf(which))?.ending,
            kind === 'shares' ? 'revealed' : 'given-up',
            uncharged,
          );
          break;
        case 'model':
          assert.ok(coordinator.rounds.model(Number(which)), uncharged);
          break;
        default:
          assert.fail(line);
      }
    }
    return left;
  } finally {
    for (const store of [coordinator, platform, ...others.values()]) store.close();
  }
}

/** The charge of an attempt, given as round/attempt. */
function chargeOf(entries: readonly LedgerEntry[], which: string): LedgerEntry['charge'] | undefined {
  return entries.find(({ charge }) => charge?.scope === 'federation' && `${charge.round}/${charge.attempt}` === which)
    ?.charge;
}
