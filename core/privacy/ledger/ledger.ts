/**
 * The ledger's rules: it is append-only and hash-chained, it charges before anything is released, and it refuses a
 * release that the budget does not hold. A {@link LedgerStore} keeps the entries; coordinator and platforms follow the
 * same rules.
 *
 * A platform charges an attempt durably before its first masked chunk leaves it, and its own sum before the strategy sees
 * it. The coordinator charges an attempt before its first grant to upload. An attempt that ends earlier costs nothing. A
 * ledger takes the charge of an attempt back only on proof that its sum was not opened and cannot be. A retry is another
 * session and costs another charge.
 * @module
 */
import { composedEpsilon } from '../../accounting/composition.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import { upward } from '../../accounting/printed-epsilon.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { newEntries } from './acceptance.ts';
import type { AcceptanceTerms } from './acceptance.ts';
import { Accounts, isSameCharge, nameOf } from './accounts.ts';
import { entryHash, genesis, verifyLedger } from './ledger-chain.ts';
import type { Charge, EntryBody, LedgerEntry, Refund } from './ledger-chain.ts';
import type { AttemptLimits, LedgerRules } from './rules.ts';
import type { LedgerStore } from './store.ts';

export { canonicalEntry, entryHash, genesis, LEDGER_FORMAT, verifyLedger } from './ledger-chain.ts';
export type { Charge, LedgerEntry, Refund } from './ledger-chain.ts';
export type { AttemptLimits, LedgerRules } from './rules.ts';
export { MemoryLedgerStore } from './store.ts';
export type { LedgerStore } from './store.ts';

/** The limits of one ledger. */
export interface LedgerBudget {
  /**
   * Total epsilon allowed; null in a federation without privacy, whose ledger records every release and refuses none.
   */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Events on the same persons that other ledgers charge: the encoders of other platforms, as planned. */
  readonly elsewhere: readonly CountedEvent[];
  /**
   * R: attempts at rounds that may stand charged. With sampling, our proof needs a number that is fixed beforehand
   * (docs/privacy.md, What the ledger proves). Absent: epsilon alone limits them.
   */
  readonly attempts?: number;
  /** The version of the manifest that is in force. Default: 1. */
  readonly version?: number;
  /** R and F of each earlier version. Nothing of another version may stand in the ledger. */
  readonly earlier?: ReadonlyMap<number, AttemptLimits>;
}

/** A charge that a caller asks about. Without a session it is for an attempt that has not begun. */
export type ProposedCharge = Omit<Charge, 'session'> & { readonly session?: string };

/**
 * Most attempts accepted from the other side's ledger if no plan bounds them. They spend nothing, but each one is
 * stored.
 */
const UNPLANNED_ATTEMPTS = 50_000;

const NO_SUCH_VERSION: AttemptLimits = { attempts: 0, refunds: 0 };

/** One federation's ledger over a store. */
export class Ledger {
  readonly federation: string;
  readonly budget: LedgerBudget;
  readonly #store: LedgerStore;
  readonly #rules: LedgerRules;
  readonly #entries: LedgerEntry[];
  readonly #accounts: Accounts;

  private constructor(
    federation: string,
    store: LedgerStore,
    budget: LedgerBudget,
    rules: LedgerRules,
    entries: readonly LedgerEntry[],
  ) {
    this.federation = federation;
    this.budget = budget;
    this.#store = store;
    this.#rules = rules;
    this.#entries = [...entries];
    this.#accounts = Accounts.of(entries);
  }

  /** Reads and verifies the stored entries. @throws PrivacyError PRIVACY_LEDGER_BROKEN */
  static open(federation: string, store: LedgerStore, budget: LedgerBudget, rules: LedgerRules): Ledger {
    const entries = store.entries();
    verifyLedger(federation, entries);
    return new Ledger(federation, store, budget, rules, entries);
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Number of attempts at rounds whose charge stands. A refund lowers it. */
  get attempts(): number {
    return this.#accounts.attempts;
  }

  get refunds(): number {
    return this.#accounts.refunds;
  }

  /** Number of charges of this version's rounds that may still be taken back. */
  refundsLeft(version: number): number {
    return this.#limits(version).refunds - this.#accounts.of(version).refunds;
  }

  /** Attempts at rounds of that version whose charge stands. */
  attemptsOf(version: number): number {
    return this.#accounts.of(version).attempts;
  }

  /**
   * Epsilon, at the budget's delta, of all charges that stand, here and elsewhere; null without a budget. A refund
   * lowers it.
   */
  spent(): number | null {
    return this.#epsilonWith([]);
  }

  /** Epsilon spent once this charge is made; null without a budget. */
  spentAfter(charge: ProposedCharge): number | null {
    return this.#find(charge) === undefined ? this.#epsilonWith([{ event: charge.event, count: 1 }]) : this.spent();
  }

  /** The PRIVACY_BUDGET_EXHAUSTED error that {@link charge} would throw; undefined if the charge fits. */
  refusal(charge: ProposedCharge): PrivacyError | undefined {
    const { delta, epsilon } = this.budget;
    const after = this.spentAfter(charge);
    const because =
      // `!(after <= epsilon)` also refuses NaN, a cost that cannot be computed; `after > epsilon` would let it pass.
      after !== null && epsilon !== null && !(after <= epsilon)
        ? `would bring epsilon to ${format(after)} at delta ${delta}, and the budget of federation "${this.federation}" is ${format(epsilon)}; ${format(this.spent())} is spent`
        : this.#oneTooMany(charge);
    if (because === undefined) return undefined;
    return new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', `${nameOf(charge)} ${because}. Nothing was released.`);
  }

  /**
   * Charges durably, once. The same charge again (a second grant in one session, a restart) returns its entry. A charge
   * taken over from the other side must still fit the budget here, because recording another side's spend does not
   * permit this side to release; it gets an entry of its own, which costs nothing more.
   *
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; PRIVACY_LEDGER_REFUSED if the plan has no such attempt, if the
   * session was charged for another release, or if its charge was taken back. Nothing is written then.
   */
  charge(charge: Charge): LedgerEntry {
    const unplanned = charge.scope === 'federation' ? this.#rules.chargeProblem(charge) : undefined;
    if (unplanned !== undefined) throw refused(`${nameOf(charge)} cannot be charged: ${unplanned}`);
    const known = this.#find(charge);
    if (known !== undefined && !isSameCharge(known.charge, charge)) {
      throw refused(
        `${nameOf(charge)} was charged before as ${nameOf(known.charge)} with other noise; a session releases one sum, once`,
      );
    }
    if (known?.refund !== undefined) {
      throw refused(`the charge of ${nameOf(charge)} was taken back: its session is over, and nothing may leave in it`);
    }
    if (known?.own !== undefined) return known.own;
    const refusal = this.refusal(charge);
    if (refusal !== undefined) throw refusal;
    return this.#append('own', { charge });
  }

  /** Charges of attempts that stand, in order. */
  refundable(): readonly Charge[] {
    return this.#accounts
      .all()
      .flatMap(({ charge, refund }) => (charge.scope === 'federation' && refund === undefined ? [charge] : []));
  }

  /** Takes a charge back durably. @throws PrivacyError PRIVACY_LEDGER_REFUSED, and nothing is written. */
  refund(refund: Refund): LedgerEntry {
    const account = this.#find(refund);
    const problem =
      this.#accounts.problem({ refund }) ??
      (account !== undefined && this.refundsLeft(account.charge.version) <= 0
        ? `is one more than the ${this.#limits(account.charge.version).refunds} refunds of the plan`
        : this.#rules.keeps?.(refund.session, account?.own !== undefined) === true
          ? 'is for an attempt that this side took part in and has not given up'
          : account && this.#rules.refundProblem(refund, account.charge));
    if (problem !== undefined) throw refused(`the refund of ${nameOf(refund)} ${problem}`);
    return this.#append('own', { refund });
  }

  /**
   * Takes over the other side's charges that this ledger lacks, so that the larger spend counts, and its proved refunds
   * of charges that this side need not keep.
   *
   * @returns the entries appended.
   *
   * @throws PrivacyError PRIVACY_LEDGER_BROKEN for a broken chain; PRIVACY_LEDGER_REFUSED if the other ledger lacks,
   * changes or reorders one of this ledger's charges of attempts, or holds an entry that the plan does not allow.
   * Nothing is written then.
   */
  accept(theirs: readonly LedgerEntry[]): readonly LedgerEntry[] {
    const terms: AcceptanceTerms = {
      federation: this.federation,
      limits: (version) => this.#limits(version),
      version: this.budget.version ?? 1,
      mostEntries: this.mostEntries,
      rules: this.#rules,
    };
    const adopted: LedgerEntry[] = [];
    // This ledger may have no room for a charge until it has taken over the refunds that follow it, so it reads again.
    for (let news = newEntries(this.#accounts, theirs, terms); news.length > 0;) {
      adopted.push(...news.map((body) => this.#append('adopted', body)));
      news = newEntries(this.#accounts, theirs, terms);
    }
    return adopted;
  }

  /** Most entries that the other side's ledger may have: R + F charges and F refunds, of every version. */
  get mostEntries(): number {
    const { attempts = UNPLANNED_ATTEMPTS, earlier = new Map<number, AttemptLimits>() } = this.budget;
    return [{ attempts, refunds: this.#rules.mostRefunds }, ...earlier.values()].reduce(
      (sum, limits) => sum + limits.attempts + 2 * limits.refunds,
      0,
    );
  }

  #append(origin: LedgerEntry['origin'], body: EntryBody): LedgerEntry {
    const previous = this.#entries.at(-1)?.hash ?? genesis(this.federation);
    const open = { sequence: this.#entries.length, origin, previous, ...body };
    const entry: LedgerEntry = { ...open, hash: entryHash(open) };
    this.#store.append(entry);
    this.#entries.push(entry);
    this.#accounts.add(entry);
    return entry;
  }

  #find({ scope, session, label, round }: ProposedCharge | Refund): ReturnType<Accounts['find']> {
    return session === undefined ? undefined : this.#accounts.find({ scope, session, label, round });
  }

  /**
   * Explains how the charge exceeds the plan's attempts or uploads; undefined for a platform's own sum, which is no
   * attempt.
   */
  #oneTooMany(charge: ProposedCharge): string | undefined {
    if (charge.scope !== 'federation') return undefined;
    const { attempts, refunds } = this.#limits(charge.version);
    const counts = this.#accounts.of(charge.version);
    const more = this.#find(charge) === undefined ? 1 : 0;
    if (counts.attempts + more > attempts) {
      return `is one more than the ${attempts} attempts that federation "${this.federation}" planned for version ${charge.version}, spare ones included, or that a later version leaves to it`;
    }
    const uploads = attempts + refunds;
    return counts.uploads + more > uploads
      ? `is one more than the ${uploads} uploads that federation "${this.federation}" planned, refunded ones included`
      : undefined;
  }

  #limits(version: number): AttemptLimits {
    const { version: current = 1, attempts = Infinity, earlier } = this.budget;
    if (version === current) return { attempts, refunds: this.#rules.mostRefunds };
    return earlier?.get(version) ?? NO_SUCH_VERSION;
  }

  #epsilonWith(more: readonly CountedEvent[]): number | null {
    const { epsilon, elsewhere, delta } = this.budget;
    return epsilon === null ? null : composedEpsilon([...elsewhere, ...this.#accounts.events(), ...more], delta);
  }
}

function refused(what: string): PrivacyError {
  return new PrivacyError('PRIVACY_LEDGER_REFUSED', `ledger: ${what}`);
}

function format(epsilon: number | null): string {
  return epsilon === null ? 'unbounded' : upward(epsilon, 6);
}
