/**
 * A ledger's entries and the chain of hashes that makes any later change to them visible.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../encoding/canonical-json.ts';
import type { PrivacyEvent } from '../../accounting/accountant.ts';
import type { RefundProof } from '../../secagg/refund-proof.ts';
import { PrivacyError } from '../mechanism/errors.ts';

/** One release, as it is charged. */
export interface Charge {
  readonly scope: 'platform' | 'federation';
  /** The planned sum's label. */
  readonly label: string;
  /** `federation`: the round. `platform`: which of the sum's repetitions, from 1. */
  readonly round: number;
  /** Which try at it, from 1; always 1 for a platform's own sums, which are kept and not tried again. */
  readonly attempt: number;
  /** `federation`: the session id, lower-case hex. `platform`: fingerprint of the planned sum. */
  readonly session: string;
  readonly event: PrivacyEvent;
}

/** A charge taken back, with the proof that its sum was not opened and cannot be. */
export interface Refund {
  readonly scope: 'federation';
  readonly label: string;
  readonly round: number;
  readonly attempt: number;
  readonly session: string;
  readonly proof: RefundProof;
}

export interface LedgerEntry {
  /** 0, 1, 2... without gaps. */
  readonly sequence: number;
  /** `own`: charged here. `adopted`: known from the other side's ledger alone. */
  readonly origin: 'own' | 'adopted';
  /** Of a refund's entry: what it takes back. */
  readonly charge: Charge;
  readonly refund?: Refund;
  /** Hash of the entry before; of the federation's name for the first. Lower-case hex. */
  readonly previous: string;
  /** SHA-256 over the canonical bytes of all the above. Lower-case hex. */
  readonly hash: string;
}

/**
 * What entries charge together: a session that was known from the other side before this side charged it has two entries,
 * and counts once.
 */
export function distinctCharges(entries: readonly LedgerEntry[]): readonly Charge[] {
  const refunded = new Set(entries.filter(({ refund }) => refund !== undefined).map(({ charge }) => charge.session));
  const charges = entries.filter(({ charge }) => !refunded.has(charge.session));
  const adopted = new Set(charges.filter(({ origin }) => origin === 'adopted').map(({ charge }) => charge.session));
  return charges
    .filter(({ origin, charge }) => origin === 'adopted' || charge.scope === 'platform' || !adopted.has(charge.session))
    .map(({ charge }) => charge);
}

/** The bytes an entry's hash is of: JSON with sorted keys, without the hash. */
export function canonicalEntry(entry: Omit<LedgerEntry, 'hash'>): Uint8Array {
  const { sequence, origin, charge, refund, previous } = entry;
  const fields = { ledger: 1, sequence, origin, charge, previous, ...(refund && { refund }) };
  return new TextEncoder().encode(canonicalJson(fields));
}

/** SHA-256 of the canonical bytes, lower-case hex. */
export function entryHash(entry: Omit<LedgerEntry, 'hash'>): string {
  return createHash('sha256').update(canonicalEntry(entry)).digest('hex');
}

/** `previous` of a federation's first entry. */
export function genesis(federation: string): string {
  return createHash('sha256').update(`isthmus ledger 1 ${federation}`).digest('hex');
}

/** @throws PrivacyError PRIVACY_LEDGER_BROKEN naming the first entry that is out of order, altered or cut out. */
export function verifyLedger(federation: string, entries: readonly LedgerEntry[]): void {
  let previous = genesis(federation);
  for (const [index, entry] of entries.entries()) {
    const hash = entryHash(entry);
    const problem =
      entry.sequence !== index
        ? `has sequence number ${entry.sequence}`
        : entry.previous !== previous
          ? 'does not follow the entry before it'
          : entry.hash !== hash
            ? 'was altered: its hash does not match'
            : undefined;
    if (problem !== undefined) {
      throw new PrivacyError(
        'PRIVACY_LEDGER_BROKEN',
        `ledger of federation "${federation}": entry ${index} ${problem}; restore the ledger from a copy, since a spend that cannot be proven counts as unknown`,
      );
    }
    previous = hash;
  }
}
