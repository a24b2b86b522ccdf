/**
 * The part of a federation's plan that a ledger needs to judge an entry. Types only.
 * @module
 */
import type { Charge, Refund } from './ledger-chain.ts';

export interface LedgerRules {
  /** Explains why the plan has no such attempt; undefined if it has one. Takes bounded time on any input. */
  chargeProblem(charge: Charge): string | undefined;
  /**
   * Explains why a proof does not show that the charged session's sum was not opened and cannot be; undefined if it
   * shows that. Takes bounded time.
   */
  refundProblem(refund: Refund, charge: Charge): string | undefined;
  /**
   * True if this side must keep its charge of a session whatever others prove: it took part and has not given the
   * session up. Absent on a side that takes part in no session.
   *
   * @param isOwn true if this side charged the session itself.
   */
  keeps?(session: string, isOwn: boolean): boolean;
  /** F: refunds that one ledger may hold, of this version's rounds. */
  readonly mostRefunds: number;
}

/** Limits of the rounds of one version. */
export interface AttemptLimits {
  /** R: attempts that may stand charged. */
  readonly attempts: number;
  /** F: refunds that one ledger may hold. */
  readonly refunds: number;
}
