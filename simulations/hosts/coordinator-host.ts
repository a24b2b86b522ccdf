/**
 * The coordinator of a simulation: the real one with seeded randomness, in a child process or in this one.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { parseIdentity } from '../../core/federation/identity.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { CoordinatorOptions } from '../../server/options.ts';
import type { CoordinatorEvent } from '../../server/events.ts';
import { openLog } from '../../host/log.ts';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import type { AttemptRecord, RoundStore } from '../../server/store/coordinator-store.ts';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import type { SpentReport } from './spent.ts';

export interface CoordinatorHostConfig {
  readonly manifestFile: string;
  readonly keyFile: string;
  readonly storeFile: string;
  readonly logFile: string;
  readonly seed: string;
}

export type CoordinatorReport =
  | { readonly kind: 'event'; readonly event: CoordinatorEvent }
  | { readonly kind: 'history'; readonly rounds: readonly RoundHistory[] }
  | SpentReport
  | FailedReport;

/** One attempt, from the store. */
export interface RoundHistory extends AttemptRecord {
  /** L2 norm of the shared model's change; null if the attempt did not complete. */
  readonly modelChange: number | null;
}

export interface HostedCoordinator {
  /** Stops the coordinator and reports the history of its rounds. */
  stop(): Promise<void>;
}

/** Time that platforms which are ready wait for others. It is long, because in a simulation all platforms will come. */
const GRACE_MS = 120_000;

export async function hostCoordinator(
  config: CoordinatorHostConfig,
  carrier: CoordinatorOptions['carrier'],
  report: (report: CoordinatorReport) => void,
): Promise<HostedCoordinator> {
  const manifest = parseManifest(await readFile(config.manifestFile, 'utf8'), config.manifestFile);
  const identity = parseIdentity(await readFile(config.keyFile, 'utf8'), config.keyFile);
  const plan = planFederation(manifest);
  const store = openSqliteStore(config.storeFile, { federation: manifest.federation, parameters: plan.parameters });
  const log = openLog({ level: 'info', name: 'coordinator', human: false, file: config.logFile });
  const coordinator = createCoordinator({
    manifest,
    identity,
    store,
    carrier,
    log,
    random: seededRandom(`${config.seed}/coordinator`),
    rounds: { graceMs: GRACE_MS },
  });
  coordinator.on((event) => report({ kind: 'event', event }));
  void coordinator.failed.then((error) => report(failedReport(error)));
  await coordinator.start();
  return {
    async stop() {
      await coordinator.stop();
      report({ kind: 'history', rounds: history(store.rounds, firstModel(plan)) });
      store.close();
      await log.close();
    },
  };
}

function history(rounds: RoundStore, first: Float32Array): RoundHistory[] {
  let before = first;
  return rounds.attempts(1_000_000).map((attempt) => {
    if (attempt.end?.outcome !== 'completed') return { ...attempt, modelChange: null };
    const after = rounds.model(attempt.round) ?? before;
    let squares = 0;
    for (let i = 0; i < after.length; i++) squares += (after[i] - before[i]) ** 2;
    before = after;
    return { ...attempt, modelChange: Math.sqrt(squares) };
  });
}
