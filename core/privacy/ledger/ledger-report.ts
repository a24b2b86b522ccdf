/**
 * A ledger as somebody reads it who does not trust it: every entry with what was spent once it was charged, whether the
 * chain holds, and the spend beside the budget.
 * @module
 */
import { z } from 'zod';
import { composedEpsilon } from '../../accounting/composition.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { openEntrySchema } from './ledger-entry.ts';
import { distinctCharges, verifyLedger } from './ledger.ts';
import type { LedgerBudget, LedgerEntry } from './ledger.ts';

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
  /** Total epsilon at delta; null for a broken ledger, and where something was released that nothing bounds. */
  readonly spent: number | null;
  readonly entries: readonly ReportedEntry[];
}

export interface ReportedEntry extends LedgerEntry {
  /** Total epsilon once this entry was charged, `elsewhere` included; null as for the total. */
  readonly spent: number | null;
}

const keptEntrySchema = openEntrySchema.extend({ hash: z.string() });

/**
 * @param rows the entries as the store keeps them, one JSON text each, in order.
 * @param bounded false where something leaves that no ledger charges, such as an encoder made from raw data: the entries
 * then tell what they cost, and nothing is the total.
 */
export function reportLedger(
  owner: { readonly federation: string; readonly platform: string | null },
  rows: readonly string[],
  budget: LedgerBudget,
  bounded = true,
): LedgerReport {
  const { entries, problem } = readEntries(owner.federation, rows);
  const { delta, elsewhere } = budget;
  const base = { ...owner, delta, budget: budget.epsilon };
  const before = elsewhere.length === 0 ? 0 : composedEpsilon(elsewhere, delta);
  if (problem !== null) {
    const unknown = entries.map((entry) => ({ ...entry, spent: null }));
    return { ...base, intact: false, problem, elsewhere: before, spent: null, entries: unknown };
  }
  const charged: CountedEvent[] = [...elsewhere];
  const counted = new Set(distinctCharges(entries));
  const reported = entries.map((entry) => {
    if (counted.has(entry.charge)) charged.push({ event: entry.charge.event, count: 1 });
    return { ...entry, spent: finite(composedEpsilon(charged, delta)) };
  });
  const total = reported.length === 0 ? before : (reported.at(-1)?.spent ?? null);
  const spent = bounded ? total : null;
  return { ...base, intact: true, problem: null, elsewhere: before, spent, entries: reported };
}

/** Every entry up to the first row that is none, and what is wrong, if anything. */
function readEntries(
  federation: string,
  rows: readonly string[],
): { readonly entries: readonly LedgerEntry[]; readonly problem: string | null } {
  const entries: LedgerEntry[] = [];
  for (const [index, row] of rows.entries()) {
    const read = keptEntrySchema.safeParse(parsed(row));
    if (!read.success) return { entries, problem: `row ${index} holds no ledger entry` };
    entries.push(read.data);
  }
  try {
    verifyLedger(federation, entries);
    return { entries, problem: null };
  } catch (error) {
    if (error instanceof PrivacyError) return { entries, problem: error.message };
    throw error;
  }
}

function parsed(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}

const finite = (epsilon: number): number | null => (Number.isFinite(epsilon) ? epsilon : null);
