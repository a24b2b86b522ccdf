/**
 * This platform's ledger. It is charged before anything leaves, and compared with the coordinator's whenever the
 * coordinator sends entries.
 * @module
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import type { OwnAttempts } from '../../core/federation/ledger-rules.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { canonicalEntry, Ledger, LEDGER_FORMAT } from '../../core/privacy/ledger/ledger.ts';
import { openEntrySchema } from '../../core/privacy/ledger/ledger-entry.ts';
import type { Charge, LedgerEntry, LedgerStore, ProposedCharge } from '../../core/privacy/ledger/ledger.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { attemptsLeftTo, lineageOf } from '../../core/federation/versions.ts';
import type { VersionStore } from '../../core/federation/versions.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import type { LedgerSyncBody } from '../../core/wire/body.ts';

/** An entry as it is sent: the canonical bytes that its hash covers. */
const travellingEntrySchema = openEntrySchema({ ledger: z.literal(LEDGER_FORMAT) });

/**
 * Limits of an entry's size. A charge is smaller than the first. A refund also has the keys and the statement of each
 * platform in it.
 */
const ENTRY_BYTES = 4096;
const ENTRY_BYTES_PER_PLATFORM = 1024;

export class OwnLedger {
  readonly #ledger: Ledger;
  readonly #mostEntryBytes: number;
  /** False for a platform that only takes the shared model: nothing of its persons is in a sum, so it pays for none. */
  readonly #contributes: boolean;
  /** The coordinator's entries so far. */
  #theirs: readonly LedgerEntry[] = [];
  #refusal: PrivacyError | undefined = new PrivacyError(
    'PRIVACY_LEDGER_REFUSED',
    'the coordinator has not shown its ledger yet: it does so when a platform connects',
  );

  /** @throws PrivacyError PRIVACY_LEDGER_BROKEN */
  constructor(
    plan: FederationPlan,
    platform: string,
    store: { readonly ledger: LedgerStore; readonly sessions: OwnAttempts; readonly versions: VersionStore },
  ) {
    this.#contributes = Object.hasOwn(plan.privacy.sums, platform);
    const planned = ledgerBudget(plan.privacy, { platform });
    const { attempts = Infinity } = planned;
    // If this platform has signed a later version, that version leaves only a fixed number of attempts to this one.
    const left = attemptsLeftTo(plan.manifest.version, store.versions);
    const budget = left === undefined ? planned : { ...planned, attempts: Math.min(attempts, left) };
    const rules = ledgerRules(plan, nodeEngine, store.sessions);
    this.#ledger = Ledger.open(plan.manifest.federation, store.ledger, budget, rules);
    // A refund of an earlier version has the keys of that version's platforms, which may be more than now.
    const most = Math.max(...lineageOf(plan.manifest).map(({ platforms }) => platforms.length));
    this.#mostEntryBytes = ENTRY_BYTES + ENTRY_BYTES_PER_PLATFORM * most;
  }

  /** Epsilon spent. It falls when a charge is taken back. Null in a federation without privacy. */
  get spent(): number | null {
    return this.#ledger.spent();
  }

  /** Number of attempts that are charged and not taken back. */
  get attempts(): number {
    return this.#ledger.attempts;
  }

  /** Number of attempts of one version of the manifest that are charged and not taken back. */
  attemptsOf(version: number): number {
    return this.#ledger.attemptsOf(version);
  }

  get refunds(): number {
    return this.#ledger.refunds;
  }

  get budget(): number | null {
    return this.#ledger.budget.epsilon;
  }

  /** The reason why no attempt may start; undefined if one may. */
  get refusal(): PrivacyError | undefined {
    return this.#refusal;
  }

  /** Charges the ledger durably. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED, PRIVACY_LEDGER_REFUSED. */
  charge(charge: Charge): void {
    this.#ledger.charge(charge);
  }

  /** Refuses an impossible charge before anything is computed for it. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED. */
  check(charge: ProposedCharge): void {
    const refusal = this.#ledger.refusal(charge);
    if (refusal !== undefined) throw refusal;
  }

  /**
   * Charged attempts that are not taken back, whether this platform paid for them or knows them from the coordinator.
   */
  refundable(): readonly Charge[] {
    return this.#ledger.refundable();
  }

  /** Attempts that the coordinator's ledger charges and does not take back, as far as its entries are known. */
  chargedThere(): readonly Charge[] {
    return Accounts.of(this.#theirs)
      .all()
      .flatMap(({ charge, refund }) => (refund === undefined ? [charge] : []));
  }

  /**
   * Checks the coordinator's entries again after this platform gave an attempt up, because it may now accept a refund.
   * During an attempt the coordinator has not sent its charge yet, and the next sync does the check.
   */
  recheck(): void {
    if (this.#refusal !== undefined || !this.#contributes) return;
    try {
      this.#ledger.accept(this.#theirs);
    } catch (error) {
      if (!(error instanceof PrivacyError)) throw error;
    }
  }

  /** Takes the coordinator's entries. Afterwards `refusal` tells if they agree with this platform's. */
  sync({ from, entries }: LedgerSyncBody): void {
    try {
      if (from > this.#theirs.length) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator's ledger continues at entry ${from}, but only ${this.#theirs.length} are known`,
        );
      }
      this.#checkSize(from, entries);
      const told = entries.map(parseEntry);
      // The coordinator may send an entry twice, but must never change one.
      const kept = this.#theirs.slice(0, from);
      const theirs = [...kept, ...told];
      const changed = this.#theirs.findIndex(
        (entry, index) => index < theirs.length && theirs[index].hash !== entry.hash,
      );
      if (changed !== -1) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator changed entry ${changed} of its ledger after sending it`,
        );
      }
      if (theirs.length < this.#theirs.length && from === 0) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator's ledger shrank from ${this.#theirs.length} to ${theirs.length} entries`,
        );
      }
      if (this.#contributes) this.#ledger.accept(theirs);
      if (theirs.length > this.#theirs.length) this.#theirs = theirs;
      this.#refusal = undefined;
    } catch (error) {
      if (!(error instanceof PrivacyError)) throw error;
      this.#refusal = error;
    }
  }

  /** Checks the sizes before anything is parsed. @throws PrivacyError PRIVACY_LEDGER_REFUSED. */
  #checkSize(from: number, entries: readonly Uint8Array[]): void {
    const { mostEntries } = this.#ledger;
    const large = entries.findIndex(({ length }) => length > this.#mostEntryBytes);
    const problem =
      from + entries.length > mostEntries
        ? `has ${from + entries.length} entries; the plan leaves room for ${mostEntries}`
        : large !== -1
          ? `has an entry (${from + large}) of ${entries[large].length} bytes; none has more than ${this.#mostEntryBytes}`
          : undefined;
    if (problem === undefined) return;
    throw new PrivacyError('PRIVACY_LEDGER_REFUSED', `the coordinator's ledger ${problem}`);
  }
}

/** @throws PrivacyError PRIVACY_LEDGER_BROKEN */
function parseEntry(bytes: Uint8Array): LedgerEntry {
  const broken = (cause?: unknown): PrivacyError =>
    new PrivacyError('PRIVACY_LEDGER_BROKEN', "the coordinator's ledger holds something that is not an entry", {
      cause,
    });
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken(cause);
  }
  const result = travellingEntrySchema.safeParse(raw);
  if (!result.success) throw broken(result.error);
  const { ledger: _, ...open } = result.data;
  if (Buffer.compare(canonicalEntry(open), bytes) !== 0) throw broken();
  return { ...open, hash: createHash('sha256').update(bytes).digest('hex') };
}
