/**
 * Both sides of a federation over their real stores, with a point between any two things they do: started as a process
 * with a number, it kills itself there as `kill -9` would.
 */
import { appendFileSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { createChargedSums } from '../../core/privacy/charged-sums.ts';
import { PrivacyError } from '../../core/privacy/errors.ts';
import { Ledger } from '../../core/privacy/ledger.ts';
import type { LedgerStore } from '../../core/privacy/ledger.ts';
import type { SumQuery } from '../../core/privacy/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/pipeline.ts';
import { attemptCharge, ledgerBudget } from '../../core/privacy/plan-events.ts';
import { plannedSum, planPrivacy } from '../../core/privacy/plan.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';

const own: SumQuery = {
  label: 'encoder',
  dimension: 3,
  clip: 1,
  repetitions: 1,
  relativeNoise: 1,
  scope: 'platform',
};
const round: SumQuery = { ...own, label: 'round', scope: 'federation', repetitions: 2 };

export const PLAN = planPrivacy({
  epsilon: 2,
  delta: 1e-6,
  colluding: 0,
  dropouts: 0,
  maxPlatformsPerPerson: 1,
  spareAttempts: 0,
  platforms: ['a', 'b', 'c'].map((name) => ({ name, personsAbout: 100, queries: [own, round] })),
});

/** What has left a platform, durable the moment it leaves: one line each. */
export const releasedFile = (folder: string): string => join(folder, 'released');

/**
 * Prepares the encoder and runs attempts until the budget refuses; goes on where the stores say.
 * @param process distinguishes its sessions from those of an earlier process.
 * @param point is passed before and after everything that is written or leaves.
 */
export async function runBothSides(folder: string, process: string, point: () => void): Promise<void> {
  const coordinator = openCoordinatorStore(join(folder, 'coordinator.db'), { federation: 'f', parameters: 3 });
  const platform = openPlatformStore(join(folder, 'platform.db'));
  const out = openSync(releasedFile(folder), 'a');
  const leave = (line: string): void => {
    point();
    appendFileSync(out, `${line}\n`);
    fsyncSync(out);
    point();
  };
  const watched = (store: LedgerStore): LedgerStore => ({
    entries: () => store.entries(),
    append(entry) {
      point();
      store.append(entry);
      point();
    },
  });
  try {
    const theirs = Ledger.open('f', watched(coordinator.ledger), ledgerBudget(PLAN, 'coordinator'));
    const ours = Ledger.open('f', watched(platform.ledger), ledgerBudget(PLAN, { platform: 'a' }));
    const sums = createChargedSums({
      plan: PLAN,
      platform: 'a',
      mechanism: discreteGaussian,
      random: seededStreams(`noise of ${process}`),
      charge: (charge) => ours.charge(charge),
      drawn: {
        get: (fingerprint, repetition) => platform.sums.get(fingerprint, repetition),
        put(fingerprint, repetition, values) {
          point();
          platform.sums.put(fingerprint, repetition, values);
          point();
        },
      },
    });
    for (let n = 1; n <= own.repetitions; n++) {
      const values = await sums.release('encoder', [{ values: Float32Array.of(1, 0, 0) }]);
      leave(`encoder ${n} ${values.join(' ')}`);
    }
    const sum = plannedSum(PLAN, 'a', 'round');
    for (let attempt = 1; ; attempt++) {
      const session = Buffer.from(`${process} ${attempt}`).toString('hex');
      const charge = attemptCharge(sum, 1, attempt, session);
      theirs.charge(charge);
      // Who survived is shown, and the ledger with it.
      point();
      ours.accept(theirs.entries);
      platform.sessions.reveal(session, Uint8Array.of(1));
      point();
      ours.charge(charge);
      leave(`session ${session}`);
    }
  } catch (error) {
    if (!(error instanceof PrivacyError && error.code === 'PRIVACY_BUDGET_EXHAUSTED')) throw error;
  } finally {
    coordinator.close();
    platform.close();
  }
}

const [, file, folder, last] = process.argv;
if (file.endsWith('dying-ledgers.ts')) {
  let left = Number(last);
  await runBothSides(folder, 'first', () => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  });
}
