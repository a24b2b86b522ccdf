/**
 * The settings to explore: the sizes of a federation, and the rules that an honest platform keeps. Every rule is one
 * field, so that a test can remove it and change nothing else.
 * @module
 */
import { helpersTolerated, LEAST_HONEST } from '../../../core/secagg/parameters.ts';

export interface Setting {
  /** n: number of platforms in the federation; all of them are in the cohort. */
  readonly platforms: number;
  /** t: number of shares that rebuild a secret. */
  readonly threshold: number;
  /** t_noise: least number of platforms in a sum. */
  readonly noiseThreshold: number;
  /** c: number of colluders that honest platforms guard against. */
  readonly declared: number;
  /** c': number of platforms that give the coordinator everything they have. */
  readonly corrupt: number;
  /** R: most charges per platform that are not refunded. */
  readonly charges: number;
  /** F: most refunds per platform. */
  readonly refunds: number;
  /** Number of attempts, one after the other. */
  readonly attempts: number;
  /** Number of honest platforms whose store may be set back, once each, to a copy from before they revealed. */
  readonly restored: number;
}

/** Every n, t and c that a session may have, with the smallest t_noise for them. A larger t_noise only allows less. */
export function legal(
  platforms: number,
): readonly Pick<Setting, 'platforms' | 'threshold' | 'noiseThreshold' | 'declared'>[] {
  const found = [];
  for (let threshold = Math.floor(platforms / 2) + 1; threshold <= platforms; threshold++) {
    for (let declared = 0; declared <= helpersTolerated(platforms, threshold); declared++) {
      const noiseThreshold = Math.max(threshold, declared + LEAST_HONEST);
      if (noiseThreshold <= platforms) found.push({ platforms, threshold, noiseThreshold, declared });
    }
  }
  return found;
}

/** Steps that are durable or visible, in the order of the platform. A crash may happen between any two. */
export type UploadStep = 'charge' | 'send';
export type RevealStep = 'copy' | 'charge' | 'record' | 'send';
/**
 * A signed statement counts as sent, because it may be in a log or an outbox. `forget` wipes everything except the key
 * that signs it.
 */
export type GiveUpStep = 'record' | 'wipe' | 'sign' | 'forget';

export interface Rules {
  /** Steps up to the first masked chunk. */
  readonly upload: readonly UploadStep[];
  /** Steps up to the shares. `copy` moves them from the session's memory into the message to be sent. */
  readonly reveal: readonly RevealStep[];
  readonly giveUp: readonly GiveUpStep[];
  /**
   * `durable`: the identity signs a statement, at any time, of what the store has recorded. `in-memory`: a key signs it that was made
   * with the attempt's other keys, is listed with them, and lives in the session's memory alone, so that a platform that crashed
   * or was restored states nothing; of itself it trusts its own record.
   */
  readonly statements: 'durable' | 'in-memory';
  /** An attempt with a reveal on record cannot be given up. */
  readonly noStatementAfterReveal: boolean;
  /** An attempt that was given up gets no reveal on record. */
  readonly noRevealAfterGivingUp: boolean;
  /** Most holders that need not have signed. Default: t - 1 - c. */
  readonly unsigned?: (threshold: number, declared: number) => number;
  /**
   * The statements that count, and the number that they are counted against: those of the platforms that it dealt to;
   * those of the platforms accepted as dealers (U2); anybody's of the cohort, against the number dealt to; anybody's,
   * against n.
   */
  readonly holders: 'dealt-to' | 'dealers' | 'cohort' | 'n';
  /** Statements are compared with the key list of the charged session, not with one that the coordinator shows. */
  readonly listIsOwn: boolean;
  readonly ownStatementFirst: boolean;
  readonly refundNeedsCharge: boolean;
  readonly refundsAreCapped: boolean;
  /** A refund in the coordinator's ledger is checked like an own one. */
  readonly proofOnAdoption: boolean;
  /** U1, U2 and U3 have at least t_noise platforms. */
  readonly noiseThreshold: boolean;
  /** t signatures over the same U3 before anything is revealed. */
  readonly consistency: boolean;
  /** All of U3 dealt shares to this platform. */
  readonly survivorsDealt: boolean;
  /** A platform whose store lost a reveal record is one of the c'. */
  readonly restoredCounts: boolean;
}

export const RULES: Rules = {
  upload: ['charge', 'send'],
  reveal: ['copy', 'record', 'send'],
  giveUp: ['record', 'wipe', 'sign'],
  statements: 'durable',
  noStatementAfterReveal: true,
  noRevealAfterGivingUp: true,
  holders: 'dealt-to',
  listIsOwn: true,
  ownStatementFirst: true,
  refundNeedsCharge: true,
  refundsAreCapped: true,
  proofOnAdoption: true,
  noiseThreshold: true,
  consistency: true,
  survivorsDealt: true,
  restoredCounts: true,
};

/** The other way of making statements, without a durable record of giving up. */
export const IN_MEMORY: Rules = { ...RULES, giveUp: ['forget', 'sign'], statements: 'in-memory' };
