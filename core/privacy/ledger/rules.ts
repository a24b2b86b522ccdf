/**
 * What a ledger must know of its federation's plan to judge an entry. Types only.
 * @module
 */
import type { Charge, Refund } from './ledger-chain.ts';

export interface LedgerRules {
  /** Why the plan has no attempt that is charged so; undefined where it has one. In bounded time, whatever is handed in. */
  chargeProblem(charge: Charge): string | undefined;
  /**
   * Why a refund's proof does not show that the charged session's sum was not opened and cannot be; undefined where it does.
   * In bounded time.
   */
  refundProblem(refund: Refund, charge: Charge): string | undefined;
  /**
   * Whether this side must keep its charge of a session whatever others prove: it took part, and has not given up.
   * Absent: this side takes part in none.
   * @param isOwn whether this side charged the session itself.
   */
  keeps?(session: string, isOwn: boolean): boolean;
  /** F. */
  readonly mostRefunds: number;
}
