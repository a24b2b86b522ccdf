/**
 * A ledger reported for a reader who does not trust it: every entry with the total spent after it, the result of
 * checking the chain and the refunds' proofs, and the spend beside the budget.
 * @module
 */
import { z } from 'zod';
import { composedEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { Accounts, nameOf } from './accounts.ts';
import { verifyLedger } from './ledger-chain.ts';
import type { LedgerEntry, Refund } from './ledger-chain.ts';
import { openEntrySchema } from './ledger-entry.ts';
import type { LedgerBudget } from './ledger.ts';
import type { LedgerRules } from './rules.ts';

export interface LedgerReport {
  readonly federation: string;
  /** Owner of the ledger: a platform's name, or null for the coordinator. */
  readonly platform: string | null;
  readonly intact: boolean;
  /** The reason if the ledger is not intact; null if it is. */
  readonly problem: string | null;
  readonly delta: number;
  /** Total epsilon allowed; null without a manifest, or in a federation without privacy. */
  readonly budget: number | null;
  /** Epsilon of other platforms' encoders, which their own ledgers charge and this total includes; 0 without a manifest. */
  readonly elsewhere: number;
  /**
   * Total epsilon, at delta, of the charges that stand. Null if the ledger is broken, or if it holds a release without
   * any bound.
   */
  readonly spent: number | null;
  /** Attempts at rounds whose charge stands. */
  readonly attempts: number;
  /** Attempts whose charge was taken back. */
  readonly refunds: number;
  readonly entries: readonly ReportedEntry[];
}

export type ReportedEntry = LedgerEntry & {
  /**
   * Total epsilon after this entry, `elsewhere` included. Null if the ledger is broken or something unbounded was
   * released.
   */
  readonly spent: number | null;
  /** A sentence that says which charge a refund takes back and why that is allowed. Null for a charge. */
  readonly explained: string | null;
};

export interface ReportTerms {
  /**
   * False if data leaves that no ledger charges, for example an encoder made from raw data. The entries then show their
   * own cost, and the report gives no total.
   */
  readonly bounded?: boolean;
  /**
   * The rules that check the proofs of refunds. Without them no proof is checked: no manifest says which platforms may
   * sign one.
   */
  readonly rules?: Pick<LedgerRules, 'refundProblem' | 'mostRefunds'>;
  /** Why the end of the ledger is missing, in words; null if it is there, or if that is not known. */
  readonly cutOff?: string | null;
}

const keptEntrySchema = openEntrySchema({ hash: z.string() });

/** @param rows the stored entries in order, each as one JSON text. */
export function reportLedger(
  owner: { readonly federation: string; readonly platform: string | null },
  rows: readonly string[],
  budget: LedgerBudget,
  { bounded = true, rules, cutOff = null }: ReportTerms = {},
): LedgerReport {
  const { delta, elsewhere } = budget;
  const read = readEntries(owner.federation, rows, rules, budget);
  const { entries } = read;
  const problem = read.problem ?? cutOff;
  const accounts = new Accounts();
  const before = composedOr0(elsewhere);
  const reported = entries.map((entry): ReportedEntry => {
    const explained = entry.refund === undefined ? null : explanation(entry.refund, rules !== undefined);
    if (problem !== null) return { ...entry, spent: null, explained };
    accounts.add(entry);
    return { ...entry, spent: finite(composedOr0([...elsewhere, ...accounts.events()])), explained };
  });
  const total = reported.length === 0 ? before : (reported.at(-1)?.spent ?? null);
  return {
    ...owner,
    intact: problem === null,
    problem,
    delta,
    budget: budget.epsilon,
    elsewhere: before,
    spent: problem === null && bounded ? total : null,
    attempts: accounts.attempts,
    refunds: accounts.refunds,
    entries: reported,
  };

  function composedOr0(events: LedgerBudget['elsewhere']): number {
    return events.length === 0 ? 0 : composedEpsilon(events, delta);
  }
}

/** Returns every entry before the first unreadable row, and the first problem found, or null. */
function readEntries(
  federation: string,
  rows: readonly string[],
  rules: ReportTerms['rules'],
  budget: LedgerBudget,
): { readonly entries: readonly LedgerEntry[]; readonly problem: string | null } {
  const entries: LedgerEntry[] = [];
  for (const [index, row] of rows.entries()) {
    const read = keptEntrySchema.safeParse(parsed(row));
    if (!read.success) return { entries, problem: `row ${index} holds no ledger entry` };
    entries.push(read.data);
  }
  try {
    verifyLedger(federation, entries);
    const accounts = Accounts.of(entries);
    return { entries, problem: rules ? unproved(accounts, rules, budget) : null };
  } catch (error) {
    if (error instanceof PrivacyError) return { entries, problem: error.message };
    throw error;
  }
}

/** The first refund whose proof does not hold, or a count of refunds beyond the plan's; null if there is neither. */
function unproved(
  accounts: Accounts,
  { refundProblem, mostRefunds }: NonNullable<ReportTerms['rules']>,
  { version: current = 1, earlier }: LedgerBudget,
): string | null {
  const versions = new Set(accounts.all().map(({ charge }) => charge.version));
  for (const version of versions) {
    const { refunds } = accounts.of(version);
    const most = version === current ? mostRefunds : (earlier?.get(version)?.refunds ?? 0);
    if (refunds > most) return `takes back ${refunds} charges of version ${version}; its plan allows ${most}`;
  }
  for (const { charge, refund: entry } of accounts.all()) {
    const problem = entry && refundProblem(entry.refund, charge);
    if (entry && problem !== undefined) {
      return `entry ${entry.sequence} takes back ${nameOf(charge)}, but its proof ${problem}`;
    }
  }
  return null;
}

function explanation(refund: Refund, isChecked: boolean): string {
  const { keys, statements } = refund.proof;
  const checked = isChecked ? '' : ' (without a manifest the signatures are not checked)';
  return (
    `Takes back ${nameOf(refund)}: ${statements.length} of the ${keys.length} platforms in it signed that they revealed no ` +
    `share and wiped their keys, too few others are left to open its sum, so nothing was released by it${checked}.`
  );
}

function parsed(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}

const finite = (epsilon: number): number | null => (Number.isFinite(epsilon) ? epsilon : null);
