/**
 * Closes an attempt that an earlier process left open. Nothing else can end it.
 * @module
 */
import { OUTCOME_TEXT } from '../../core/secagg/outcome.ts';
import type { Ledger } from '../../core/privacy/ledger/ledger.ts';
import type { RoundStore } from '../store/coordinator-store.ts';

/** Records the last attempt as abandoned if it has no end; charged if the ledger says so. */
export function closeInterrupted(store: RoundStore, ledger: Ledger, now: number): void {
  const last = store.attempts(1).at(0);
  if (last === undefined || last.end !== undefined) return;
  const { round, attempt } = last;
  const charged = ledger.refundable().some((charge) => charge.round === round && charge.attempt === attempt);
  const end = { outcome: 'abandoned', text: OUTCOME_TEXT.abandoned, platforms: [], charged } as const;
  store.end({ round, attempt, ...end, endedAt: now });
}
