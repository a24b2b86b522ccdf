/**
 * The ledger's rules: append-only, hash-chained, charged before anything is released, and refusing what the budget does
 * not hold. Where the entries are kept is a {@link LedgerStore}; the rules are the same on both sides.
 *
 * When to charge: a platform charges an attempt durably before its first masked chunk leaves it, the coordinator before its
 * first grant to upload; a platform's own sum is charged before the strategy sees it. What ends earlier costs nothing. A charge
 * of an attempt is taken back only on proof that its sum was not opened and cannot be; its retry is another session.
 * @module
 */
import { composedEpsilon } from '../../accounting/composition.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import { upward } from '../../accounting/printed-epsilon.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { newEntries } from './acceptance.ts';
import { Accounts, isSameCharge, nameOf } from './accounts.ts';
import { entryHash, genesis, verifyLedger } from './ledger-chain.ts';
import type { Charge, EntryBody, LedgerEntry, Refund } from './ledger-chain.ts';
import type { LedgerRules } from './rules.ts';
import type { LedgerStore } from './store.ts';

export { canonicalEntry, entryHash, genesis, LEDGER_FORMAT, verifyLedger } from './ledger-chain.ts';
export type { Charge, LedgerEntry, Refund } from './ledger-chain.ts';
export type { LedgerRules } from './rules.ts';
export { MemoryLedgerStore } from './store.ts';
export type { LedgerStore } from './store.ts';

/** What a ledger may spend. */
export interface LedgerBudget {
  /** null: a federation without privacy. Everything is still recorded, nothing is refused. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Spent elsewhere on the same persons and charged there: the encoders of other platforms, as the plan has them. */
  readonly elsewhere: readonly CountedEvent[];
  /**
   * R: attempts at rounds that may be charged and not taken back. What is proved of drawn persons counts on a number fixed
   * beforehand (docs/privacy.md, What the ledger proves). Absent: as many as epsilon holds.
   */
  readonly attempts?: number;
}

/** A charge to ask about. Without a session: of an attempt that has not begun. */
export type ProposedCharge = Omit<Charge, 'session'> & { readonly session?: string };

/** Attempts that the other side's ledger may hold where no plan bounds them: nothing is spent there, but each entry is stored. */
const UNPLANNED_ATTEMPTS = 50_000;

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

  /** Reads and verifies. @throws PrivacyError PRIVACY_LEDGER_BROKEN */
  static open(federation: string, store: LedgerStore, budget: LedgerBudget, rules: LedgerRules): Ledger {
    const entries = store.entries();
    verifyLedger(federation, entries);
    return new Ledger(federation, store, budget, rules, entries);
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Attempts at rounds that are charged and not taken back; falls with a refund. */
  get attempts(): number {
    return this.#accounts.attempts;
  }

  get refunds(): number {
    return this.#accounts.refunds;
  }

  /** How many more charges may be taken back. */
  get refundsLeft(): number {
    return this.#rules.mostRefunds - this.#accounts.refunds;
  }

  /**
   * Epsilon at the budget's delta of everything charged and not taken back, here and elsewhere; null without a budget. It
   * falls with a refund.
   */
  spent(): number | null {
    return this.#epsilonWith([]);
  }

  /** What would be spent after this charge; null without a budget. */
  spentAfter(charge: ProposedCharge): number | null {
    return this.#find(charge) === undefined ? this.#epsilonWith([{ event: charge.event, count: 1 }]) : this.spent();
  }

  /** Why the charge would be refused, as PRIVACY_BUDGET_EXHAUSTED; undefined where it would not. */
  refusal(charge: ProposedCharge): PrivacyError | undefined {
    const { delta, epsilon } = this.budget;
    const after = this.spentAfter(charge);
    const because =
      // Not `after > epsilon`: what cannot be computed is refused too.
      after !== null && epsilon !== null && !(after <= epsilon)
        ? `would bring epsilon to ${format(after)} at delta ${delta}, and the budget of federation "${this.federation}" is ${format(epsilon)}; ${format(this.spent())} is spent`
        : this.#oneTooMany(charge);
    if (because === undefined) return undefined;
    return new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', `${nameOf(charge)} ${because}. Nothing was released.`);
  }

  /**
   * Charges durably, once: the same charge again (a second grant of one session, a restart) returns its entry. One that
   * was taken over from the other side must still fit the budget, since recording a spend elsewhere is no leave to release;
   * it gets an entry of its own, which costs nothing more.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED, and nothing is written; PRIVACY_LEDGER_REFUSED when the plan has no such
   * attempt, when the same session was charged for another release, or when its charge was taken back.
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

  /** Charges of attempts that were not taken back, in order. */
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
      (this.refundsLeft <= 0
        ? `is one more than the ${this.#rules.mostRefunds} refunds of the plan`
        : this.#rules.keeps?.(refund.session, account?.own !== undefined) === true
          ? 'is of an attempt in which this side took part and which it has not given up'
          : account && this.#rules.refundProblem(refund, account.charge));
    if (problem !== undefined) throw refused(`the refund of ${nameOf(refund)} ${problem}`);
    return this.#append('own', { refund });
  }

  /**
   * Takes over what the other side has charged and this ledger lacks, so that the larger spend counts, and what it has taken
   * back with a proof, as far as this side need not keep its charge.
   * @returns the entries appended.
   * @throws PrivacyError PRIVACY_LEDGER_BROKEN for a broken chain; PRIVACY_LEDGER_REFUSED when it lacks one of this
   * ledger's federation charges, has one changed or in another order, or holds what the plan does not know. Nothing is
   * written then.
   */
  accept(theirs: readonly LedgerEntry[]): readonly LedgerEntry[] {
    const news = newEntries(this.#accounts, theirs, {
      federation: this.federation,
      mostAttempts: this.budget.attempts ?? Infinity,
      mostEntries: this.mostEntries,
      rules: this.#rules,
    });
    return news.map((body) => this.#append('adopted', body));
  }

  /** Entries that the other side's ledger may have: R + F charges, and F refunds. */
  get mostEntries(): number {
    return (this.budget.attempts ?? UNPLANNED_ATTEMPTS) + 2 * this.#rules.mostRefunds;
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

  /** What is too much of an attempt beyond epsilon. A platform's own sum is none. */
  #oneTooMany(charge: ProposedCharge): string | undefined {
    const { attempts } = this.budget;
    if (attempts === undefined || charge.scope !== 'federation') return undefined;
    const more = this.#find(charge) === undefined ? 1 : 0;
    if (this.#accounts.attempts + more > attempts) {
      return `is one more than the ${attempts} attempts that federation "${this.federation}" planned, spare ones included`;
    }
    const uploads = attempts + this.#rules.mostRefunds;
    return this.#accounts.uploads + more > uploads
      ? `is one more than the ${uploads} uploads that federation "${this.federation}" planned, refunded ones included`
      : undefined;
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
