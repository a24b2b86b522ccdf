/**
 * The settings to explore: the sizes of a federation, and the rules that an honest platform keeps. Every rule is one
 * field, so that a test can remove it and change nothing else.
 * @module
 */
import { helpersTolerated, LEAST_HONEST } from '../../../core/secagg/parameters.ts';

export interface Setting {
  /** n: platforms in the federation; all of them are in the cohort. */
  readonly platforms: number;
  /** t: shares that rebuild a secret. */
  readonly threshold: number;
  /** t_noise: least platforms in a sum. */
  readonly noiseThreshold: number;
  /** c: what honest platforms guard against. */
  readonly declared: number;
  /** c': platforms that give the coordinator everything they have. */
  readonly corrupt: number;
  /** R: charges that are not refunded, at most, per platform. */
  readonly charges: number;
  /** F: refunds, at most, per platform. */
  readonly refunds: number;
  /** Attempts, one after the other. */
  readonly attempts: number;
  /** Honest platforms that may be set back, once each, to a copy of their store from before they revealed. */
  readonly restored: number;
}

/** Every n, t and c that a session may have, with the least t_noise it may have then: a greater one only allows less. */
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

/** Durable or visible steps, in the order in which a platform takes them. A crash may come between any two. */
export type UploadStep = 'charge' | 'send';
export type RevealStep = 'copy' | 'charge' | 'record' | 'send';
/** A signed statement counts as sent: it may stand in a log or an outbox. `forget` wipes all but the key that signs it. */
export type GiveUpStep = 'record' | 'wipe' | 'sign' | 'forget';

export interface Rules {
  /** To the first masked chunk. */
  readonly upload: readonly UploadStep[];
  /** To the shares; `copy` takes them out of the session's memory into the message that waits to be sent. */
  readonly reveal: readonly RevealStep[];
  readonly giveUp: readonly GiveUpStep[];
  /**
   * `durable`: the identity signs a statement, at any time, of what the store has recorded. `in-memory`: a key signs it that was made
   * with the attempt's other keys, is listed with them, and lives in the session's memory alone, so that a platform that crashed
   * or was restored states nothing; of itself it trusts its own record.
   */
  readonly statements: 'durable' | 'in-memory';
  /** An attempt is not given up once a reveal of it is on record. */
  readonly noStatementAfterReveal: boolean;
  /** No reveal is recorded for an attempt that was given up. */
  readonly noRevealAfterGivingUp: boolean;
  /** Holders that need not have signed, at most; t - 1 - c when absent. */
  readonly unsigned?: (threshold: number, declared: number) => number;
  /**
   * The statements that count, and the number that they are counted against: those of the platforms that it dealt to;
   * those of the platforms accepted as dealers (U2); anybody's of the cohort, against the number dealt to; anybody's,
   * against n.
   */
  readonly holders: 'dealt-to' | 'dealers' | 'cohort' | 'n';
  /** The key list that statements are compared with is the one whose session was charged, not one that the coordinator shows. */
  readonly listIsOwn: boolean;
  readonly ownStatementFirst: boolean;
  readonly refundNeedsCharge: boolean;
  readonly refundsAreCapped: boolean;
  /** A refund that the coordinator tells of is checked like an own one. */
  readonly proofOnAdoption: boolean;
  /** U1, U2 and U3 hold at least t_noise platforms. */
  readonly noiseThreshold: boolean;
  /** t signatures over the same U3 before anything is revealed. */
  readonly consistency: boolean;
  /** All of U3 dealt shares to this platform. */
  readonly survivorsDealt: boolean;
  /** A platform that lost a reveal record with its store is one of the c'. */
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

/** The other way to state, with nothing durable about giving up. */
export const IN_MEMORY: Rules = { ...RULES, giveUp: ['forget', 'sign'], statements: 'in-memory' };
