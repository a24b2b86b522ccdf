/**
 * This platform's ledger, kept in step with the coordinator's: charged here first, checked against theirs whenever they
 * tell it.
 * @module
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { canonicalEntry, distinctCharges, Ledger } from '../../core/privacy/ledger/ledger.ts';
import { openEntrySchema } from '../../core/privacy/ledger/ledger-entry.ts';
import type { Charge, LedgerEntry } from '../../core/privacy/ledger/ledger.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import type { LedgerSyncBody } from '../../core/wire/body.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { ownRefundRule } from './own-refund-rule.ts';

/** An entry as it travels: its canonical bytes, which its hash is of. */
const travellingEntrySchema = openEntrySchema.extend({ ledger: z.literal(1) });

export class OwnLedger {
  readonly #ledger: Ledger;
  /** The coordinator's, as told so far over this link. */
  #theirs: LedgerEntry[] = [];
  #refusal: PrivacyError | undefined = new PrivacyError(
    'PRIVACY_LEDGER_REFUSED',
    'the coordinator has not shown its ledger yet: it does so when a platform connects',
  );

  /** @throws PrivacyError PRIVACY_LEDGER_BROKEN */
  constructor(plan: FederationPlan, platform: string, store: Pick<PlatformStore, 'ledger' | 'sessions'>) {
    this.#ledger = Ledger.open(plan.manifest.federation, store.ledger, ledgerBudget(plan.privacy, { platform }), {
      chargeProblem: () => undefined,
      refundProblem: ownRefundRule(plan, store.sessions),
      mostRefunds: plan.privacy.refunds,
    });
  }

  get spent(): number | null {
    return this.#ledger.spent();
  }

  get budget(): number | null {
    return this.#ledger.budget.epsilon;
  }

  /** Why no attempt may start, if so. */
  get refusal(): PrivacyError | undefined {
    return this.#refusal;
  }

  /** Durable when it returns. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED, PRIVACY_LEDGER_REFUSED */
  charge(charge: Charge): void {
    this.#ledger.charge(charge);
  }

  /** @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED before anything is computed for a charge that would be refused. */
  check(charge: Charge): void {
    const refusal = this.#ledger.refusal(charge);
    if (refusal !== undefined) throw refusal;
  }

  /** Attempts that the coordinator's ledger, as told, charges and does not take back. */
  chargedThere(): readonly Charge[] {
    return distinctCharges(this.#theirs).filter(({ scope }) => scope === 'federation');
  }

  /** Attempts that this platform has paid for, or knows from the coordinator, and has not taken back. */
  refundable(): readonly Charge[] {
    return this.#ledger.refundable();
  }

  /** Looks again at what the coordinator told: an attempt was given up, so that a refund may hold now. */
  recheck(): void {
    try {
      if (this.#refusal === undefined) this.#ledger.accept(this.#theirs);
    } catch (error) {
      // This platform has charged what the coordinator has not told yet: the next sync judges.
      if (!(error instanceof PrivacyError)) throw error;
    }
  }

  /** Takes the coordinator's entries; from then on `refusal` tells whether they agree with this platform's. */
  sync({ from, entries }: LedgerSyncBody): void {
    try {
      if (from > this.#theirs.length) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator's ledger goes on at entry ${from}, and only ${this.#theirs.length} are known`,
        );
      }
      const told = entries.map(parseEntry);
      // What was told before must stand unchanged; telling it again is no harm.
      const kept = this.#theirs.slice(0, from);
      const theirs = [...kept, ...told];
      const changed = this.#theirs.findIndex(
        (entry, index) => index < theirs.length && theirs[index].hash !== entry.hash,
      );
      if (changed !== -1) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator changed entry ${changed} of its ledger after it had told it`,
        );
      }
      if (theirs.length < this.#theirs.length && from === 0) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator's ledger shrank from ${this.#theirs.length} to ${theirs.length} entries`,
        );
      }
      this.#ledger.accept(theirs);
      if (theirs.length > this.#theirs.length) this.#theirs = theirs;
      this.#refusal = undefined;
    } catch (error) {
      if (!(error instanceof PrivacyError)) throw error;
      this.#refusal = error;
    }
  }
}

/** @throws PrivacyError PRIVACY_LEDGER_BROKEN */
function parseEntry(bytes: Uint8Array): LedgerEntry {
  const broken = (cause?: unknown): PrivacyError =>
    new PrivacyError('PRIVACY_LEDGER_BROKEN', "the coordinator's ledger holds what is no entry", { cause });
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken(cause);
  }
  const result = travellingEntrySchema.safeParse(raw);
  if (!result.success) throw broken(result.error);
  const { sequence, origin, charge, refund, previous } = result.data;
  const open = { sequence, origin, charge, previous, ...(refund && { refund }) };
  if (Buffer.compare(canonicalEntry(open), bytes) !== 0) throw broken();
  return { ...open, hash: createHash('sha256').update(bytes).digest('hex') };
}
