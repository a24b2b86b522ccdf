/**
 * The ledgers of all sides of a trial. `runs/<id>/ledger.json` keeps them after the trial's own files are deleted.
 * @module
 */
import { join } from 'node:path';
import { storeFileIn } from '../client/state-directory.ts';
import { openSqliteStore } from '../client/store/sqlite.ts';
import { nodeEngine } from '../core/crypto/node-engine.ts';
import { ledgerRules } from '../core/federation/ledger-rules.ts';
import { planFederation } from '../core/federation/plan.ts';
import type { LedgerStore } from '../core/privacy/ledger/ledger.ts';
import { reportLedger } from '../core/privacy/ledger/ledger-report.ts';
import type { LedgerReport } from '../core/privacy/ledger/ledger-report.ts';
import { ledgerBudget } from '../core/privacy/plan/plan-events.ts';
import { openSqliteStore as openCoordinatorStore } from '../server/store/sqlite.ts';
import type { Variant } from './variants.ts';
import type { FederationFiles } from './trial-files.ts';

/** The coordinator's ledger, then each platform's, in the form of `isthmus privacy ledger --json`. */
export type TrialLedgers = Variant & { readonly seed: string; readonly ledgers: readonly LedgerReport[] };

export const coordinatorStoreIn = (folder: string): string => join(folder, 'coordinator.db');

export const platformStateIn = (folder: string, platform: string): string => join(folder, `${platform}-state`);

/** @param federation whose processes have ended: each of them had its file open exclusively. */
export function readLedgers({ folder, manifest }: FederationFiles): LedgerReport[] {
  const { federation } = manifest;
  const plan = planFederation(manifest);
  const { privacy, encoder, parameters } = plan;
  const rules = ledgerRules(plan, nodeEngine);
  const bounded = privacy.budget !== null && encoder.law !== 'sealed-only';
  const read = (platform: string | null, store: { readonly ledger: LedgerStore; close(): void }): LedgerReport => {
    const rows = store.ledger.entries().map((entry) => JSON.stringify(entry));
    store.close();
    const budget = ledgerBudget(privacy, platform === null ? 'coordinator' : { platform });
    return reportLedger({ federation, platform }, rows, budget, { bounded, rules });
  };
  return [
    read(null, openCoordinatorStore(coordinatorStoreIn(folder), { federation, parameters })),
    ...manifest.platforms.map(({ name }) => read(name, openSqliteStore(storeFileIn(platformStateIn(folder, name))))),
  ];
}
