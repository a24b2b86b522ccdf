/**
 * A ledger as somebody reads it who does not trust it: every entry with what was spent once it was made, whether the chain
 * holds and every refund is proved, and the spend beside the budget.
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
  /** Whose: a platform's name, or null for the coordinator. */
  readonly platform: string | null;
  readonly intact: boolean;
  /** Why not; null when intact. */
  readonly problem: string | null;
  readonly delta: number;
  /** Total epsilon allowed; null when no manifest says so, or in a federation without privacy. */
  readonly budget: number | null;
  /** Epsilon of what is counted from the start because other platforms' encoders charge it; 0 without a manifest. */
  readonly elsewhere: number;
  /**
   * Total epsilon at delta of what is charged and not taken back; null for a broken ledger, and where something was released
   * that nothing bounds.
   */
  readonly spent: number | null;
  /** Attempts at rounds that are charged and not taken back. */
  readonly attempts: number;
  /** Attempts whose charge was taken back. */
  readonly refunds: number;
  readonly entries: readonly ReportedEntry[];
}

export type ReportedEntry = LedgerEntry & {
  /** Total epsilon once this entry was made, `elsewhere` included; null as for the total. */
  readonly spent: number | null;
  /** What a refund takes back, and why it may: one sentence. Null for a charge. */
  readonly explained: string | null;
};

export interface ReportTerms {
  /**
   * false where something leaves that no ledger charges, such as an encoder made from raw data: the entries then tell what
   * they cost, and nothing is the total.
   */
  readonly bounded?: boolean;
  /** Absent: no manifest says which platforms may sign a refund's proof, and none is checked. */
  readonly rules?: Pick<LedgerRules, 'refundProblem' | 'mostRefunds'>;
}

const keptEntrySchema = openEntrySchema({ hash: z.string() });

/** @param rows the entries as the store keeps them, one JSON text each, in order. */
export function reportLedger(
  owner: { readonly federation: string; readonly platform: string | null },
  rows: readonly string[],
  budget: LedgerBudget,
  { bounded = true, rules }: ReportTerms = {},
): LedgerReport {
  const { delta, elsewhere } = budget;
  const { entries, problem } = readEntries(owner.federation, rows, rules);
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

/** Every entry up to the first row that is none, and what is wrong, if anything. */
function readEntries(
  federation: string,
  rows: readonly string[],
  rules: ReportTerms['rules'],
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
    return { entries, problem: rules ? unproved(accounts, rules) : null };
  } catch (error) {
    if (error instanceof PrivacyError) return { entries, problem: error.message };
    throw error;
  }
}

/** The first refund that its proof does not carry, or the plan does not hold. */
function unproved(
  accounts: Accounts,
  { refundProblem, mostRefunds }: NonNullable<ReportTerms['rules']>,
): string | null {
  if (accounts.refunds > mostRefunds) return `takes back ${accounts.refunds} charges; the plan allows ${mostRefunds}`;
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
