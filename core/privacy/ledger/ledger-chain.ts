/**
 * A ledger's entries, and the hash chain that makes any later change to them visible.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../encoding/canonical-json.ts';
import type { PrivacyEvent } from '../../accounting/accountant.ts';
import type { RefundProof } from '../../secagg/refund-proof.ts';
import { PrivacyError } from '../mechanism/errors.ts';

/** One charged release. */
export interface Charge {
  readonly scope: 'platform' | 'federation';
  /** The version of the manifest that planned it. */
  readonly version: number;
  /** The planned sum's label. */
  readonly label: string;
  /** `federation`: the round. `platform`: the number of the sum's repetition, from 1. */
  readonly round: number;
  /** Number of the try, from 1. Always 1 for a platform's own sum: its value is kept, so it is never drawn again. */
  readonly attempt: number;
  /** `federation`: the session id, 64 digits of lower-case hex. `platform`: fingerprint of the planned sum. */
  readonly session: string;
  readonly event: PrivacyEvent;
}

/** Takes back the charge of an attempt whose sum was not opened and cannot be. */
export interface Refund {
  readonly scope: 'federation';
  readonly label: string;
  readonly round: number;
  readonly attempt: number;
  readonly session: string;
  readonly proof: RefundProof;
}

interface Link {
  /** 0, 1, 2... without gaps. */
  readonly sequence: number;
  /** `own`: made here. `adopted`: taken over from the other side's ledger. */
  readonly origin: 'own' | 'adopted';
  /** Hash of the entry before; for the first entry, {@link genesis}. Lower-case hex. */
  readonly previous: string;
  /** SHA-256 over the canonical bytes of all other fields. Lower-case hex. */
  readonly hash: string;
}

export interface ChargeEntry extends Link {
  readonly charge: Charge;
  readonly refund?: undefined;
}

export interface RefundEntry extends Link {
  readonly refund: Refund;
  readonly charge?: undefined;
}

/** A refund is an entry of its own, after the charge it takes back: a ledger is append-only. */
export type LedgerEntry = ChargeEntry | RefundEntry;

/** The content of an entry that has no place in a chain yet. */
export type EntryBody = Pick<ChargeEntry, 'charge' | 'refund'> | Pick<RefundEntry, 'charge' | 'refund'>;

export type OpenEntry = Omit<ChargeEntry, 'hash'> | Omit<RefundEntry, 'hash'>;

/** Version of the entry layout. Every entry's hash covers it. */
export const LEDGER_FORMAT = 3;

/** The bytes that an entry's hash covers: JSON with sorted keys, without the hash. */
export function canonicalEntry({ sequence, origin, charge, refund, previous }: OpenEntry): Uint8Array {
  return new TextEncoder().encode(canonicalJson({ ledger: LEDGER_FORMAT, sequence, origin, charge, refund, previous }));
}

/** SHA-256 of the canonical bytes, lower-case hex. */
export function entryHash(entry: OpenEntry): string {
  return createHash('sha256').update(canonicalEntry(entry)).digest('hex');
}

/** `previous` of a federation's first entry: a hash of the federation's name. */
export function genesis(federation: string): string {
  return createHash('sha256').update(`isthmus ledger ${LEDGER_FORMAT} ${federation}`).digest('hex');
}

/**
 * @throws PrivacyError PRIVACY_LEDGER_BROKEN naming the first entry that is out of order or altered, or follows a gap.
 */
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
