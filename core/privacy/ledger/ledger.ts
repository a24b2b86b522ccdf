/**
 * The ledger's rules: append-only, hash-chained, charged before anything is released, and refusing what the budget does
 * not hold. Where the entries are kept is a {@link LedgerStore}; the rules are the same on both sides.
 *
 * When to charge: a platform charges an attempt durably before its first stage-4 reply, the coordinator before it shows
 * who survived (U3); a platform's own sum is charged before the strategy sees it. What ends earlier costs nothing; what
 * ends later is charged in full, and its retry is another attempt with another session, charged again.
 * @module
 */
import { canonicalJson } from '../../encoding/canonical-json.ts';
import type { PrivacyEvent } from '../../accounting/accountant.ts';
import { composedEpsilon } from '../../accounting/composition.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { distinctCharges, entryHash, genesis, verifyLedger } from './ledger-chain.ts';
import type { Charge, LedgerEntry, Refund } from './ledger-chain.ts';
import { upward } from '../../accounting/printed-epsilon.ts';

export { canonicalEntry, distinctCharges, entryHash, genesis, verifyLedger } from './ledger-chain.ts';
export type { Charge, LedgerEntry, Refund } from './ledger-chain.ts';

/** Where one federation's entries are kept. Whatever `append` returned from survives a crash. */
export interface LedgerStore {
  /** @throws when the sequence number is not the next one, e.g. because another process has written it. */
  append(entry: LedgerEntry): void;
  /** All, in order. */
  entries(): readonly LedgerEntry[];
}

/** For tests and for simulations that keep nothing. */
export class MemoryLedgerStore implements LedgerStore {
  readonly #entries: LedgerEntry[] = [];

  append(entry: LedgerEntry): void {
    if (entry.sequence !== this.#entries.length) {
      throw new PrivacyError(
        'PRIVACY_LEDGER_BROKEN',
        `ledger: entry ${entry.sequence} cannot follow ${this.#entries.length} entries; another process may be writing`,
      );
    }
    this.#entries.push(entry);
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries];
  }
}

/** What a ledger may spend. */
export interface LedgerBudget {
  /** null: a federation without privacy. Everything is still recorded, nothing is refused. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Spent elsewhere on the same persons and charged there: the encoders of other platforms, as the plan has them. */
  readonly elsewhere: readonly CountedEvent[];
  /**
   * Attempts at rounds that may be charged: what is proven of drawn persons counts on a number fixed beforehand (docs/privacy.md,
   * What the ledger proves). Absent: as many as epsilon holds.
   */
  readonly attempts?: number;
}

/** What a federation's version lets a ledger hold. */
export interface LedgerRules {
  readonly chargeProblem: (charge: Charge) => string | undefined;
  readonly refundProblem: (refund: Refund, charge: Charge) => string | undefined;
  /** F. */
  readonly mostRefunds: number;
}

const NO_REFUNDS: LedgerRules = {
  chargeProblem: () => undefined,
  refundProblem: () => 'is not provided for',
  mostRefunds: 0,
};

/** One federation's ledger over a store. */
export class Ledger {
  readonly federation: string;
  readonly budget: LedgerBudget;
  readonly #rules: LedgerRules;
  readonly #store: LedgerStore;
  readonly #entries: LedgerEntry[];

  private constructor(
    federation: string,
    store: LedgerStore,
    budget: LedgerBudget,
    rules: LedgerRules,
    entries: readonly LedgerEntry[],
  ) {
    this.#rules = rules;
    this.federation = federation;
    this.budget = budget;
    this.#store = store;
    this.#entries = [...entries];
  }

  /** Reads and verifies. @throws PrivacyError PRIVACY_LEDGER_BROKEN */
  static open(federation: string, store: LedgerStore, budget: LedgerBudget, rules = NO_REFUNDS): Ledger {
    const entries = store.entries();
    verifyLedger(federation, entries);
    return new Ledger(federation, store, budget, rules, entries);
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Epsilon at the budget's delta of everything charged so far, here and elsewhere; null without a budget. */
  spent(): number | null {
    return this.#epsilonWith([]);
  }

  /** What would be spent after this charge; null without a budget. */
  spentAfter(charge: Charge): number | null {
    return this.#find(charge) === undefined ? this.#epsilonWith([charge]) : this.spent();
  }

  /** Why the charge would be refused, as PRIVACY_BUDGET_EXHAUSTED; undefined where it would not. */
  refusal(charge: Charge): PrivacyError | undefined {
    const { attempts = Infinity, delta, epsilon } = this.budget;
    const after = this.spentAfter(charge);
    const because =
      // Not `after > epsilon`: what cannot be computed is refused too.
      after !== null && epsilon !== null && !(after <= epsilon)
        ? `would bring epsilon to ${format(after)} at delta ${delta}, and the budget of federation "${this.federation}" is ${format(epsilon)}; ${format(this.spent())} is spent`
        : this.#attemptsWith(charge) > attempts
          ? `is one more than the ${attempts} attempts that federation "${this.federation}" planned, spare ones included`
          : undefined;
    if (because === undefined) return undefined;
    return new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', `${describe(charge)} ${because}. Nothing was released.`);
  }

  /**
   * Charges durably, once: the same charge again (a second reply of one session, a restart) returns its entry. One that
   * was taken over from the other side must still fit the budget, since recording a spend elsewhere is no leave to release;
   * it gets an entry of its own, which costs nothing more.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED, and nothing is written; PRIVACY_LEDGER_REFUSED when the same session
   * was charged for another release.
   */
  charge(charge: Charge): LedgerEntry {
    const wrong = charge.scope === 'federation' ? this.#rules.chargeProblem(charge) : undefined;
    if (wrong !== undefined) throw refused(`${describe(charge)} ${wrong}`);
    const known = this.#find(charge);
    if (known !== undefined && !sameCharge(known.charge, charge)) {
      throw new PrivacyError(
        'PRIVACY_LEDGER_REFUSED',
        `ledger: ${describe(charge)} was charged before as ${describe(known.charge)} with other noise; a session releases one sum, once`,
      );
    }
    if (known?.origin === 'own') return known;
    const refusal = this.refusal(charge);
    if (refusal !== undefined) throw refusal;
    return this.#append('own', charge);
  }

  /** Charges of attempts that were not taken back. */
  refundable(): readonly Charge[] {
    return distinctCharges(this.#entries).filter(({ scope }) => scope === 'federation');
  }

  /** How many more may be taken back. */
  get refundsLeft(): number {
    return this.#rules.mostRefunds - this.#entries.filter(({ refund }) => refund !== undefined).length;
  }

  /** Takes a charge back, durably. @throws PrivacyError PRIVACY_LEDGER_REFUSED, and nothing is written. */
  refund(refund: Refund): LedgerEntry {
    return this.#refund('own', refund);
  }

  #refund(origin: LedgerEntry['origin'], refund: Refund): LedgerEntry {
    const charge = this.refundable().find(({ session }) => session === refund.session);
    const problem =
      charge === undefined
        ? 'takes back what is not charged'
        : this.refundsLeft <= 0
          ? `is one more than the ${this.#rules.mostRefunds} that are planned`
          : this.#rules.refundProblem(refund, charge);
    if (charge === undefined || problem !== undefined) {
      throw refused(`the refund of round ${refund.round}, attempt ${refund.attempt} ${problem ?? ''}`);
    }
    return this.#append(origin, charge, refund);
  }

  /**
   * Takes over what the other side has charged and this ledger lacks: the larger spend counts.
   * @returns the entries appended.
   * @throws PrivacyError PRIVACY_LEDGER_BROKEN for a broken chain; PRIVACY_LEDGER_REFUSED when it lacks one of this
   * ledger's federation charges, has one changed, has them in another order,
   * or adds one that costs nothing.
   */
  accept(theirs: readonly LedgerEntry[]): readonly LedgerEntry[] {
    verifyLedger(this.federation, theirs);
    const offered = theirs
      .filter(({ charge, refund }) => refund === undefined && charge.scope === 'federation')
      .map((entry) => entry.charge);
    const positions = new Map(offered.map((charge, index) => [charge.session, index]));
    let last = -1;
    for (const { charge, origin, refund } of this.#entries) {
      if (charge.scope !== 'federation' || refund !== undefined) continue;
      const position = positions.get(charge.session);
      const problem =
        position === undefined
          ? 'lacks'
          : !sameCharge(offered[position], charge)
            ? 'has altered'
            : origin === 'own' && position < last
              ? 'has out of order'
              : undefined;
      if (problem !== undefined) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_REFUSED',
          `the coordinator's ledger ${problem} ${describe(charge)}, which this platform has charged; it must be brought back from a copy or from a platform's ledger before any round`,
        );
      }
      if (origin === 'own') last = position ?? last;
    }
    const unknown = offered.filter((charge) => this.#find(charge) === undefined);
    for (const charge of unknown) {
      if (costsSomething(charge.event)) continue;
      throw new PrivacyError(
        'PRIVACY_LEDGER_REFUSED',
        `the coordinator's ledger has ${describe(charge)} with an event that no round makes: ${canonicalJson(charge.event)}`,
      );
    }
    const wrong = unknown.map((charge) => this.#rules.chargeProblem(charge)).find((problem) => problem !== undefined);
    if (wrong !== undefined) throw refused(`the coordinator's ledger has a charge that ${wrong}`);
    const adopted = unknown.map((charge) => this.#append('adopted', charge));
    const refunds = theirs.flatMap(({ refund }) => (refund === undefined ? [] : [refund]));
    return [...adopted, ...refunds.flatMap((refund) => this.#takeOver(refund))];
  }

  /** What this side has paid itself it takes back only by what it knows itself; the other's refund is no disagreement. */
  #takeOver(refund: Refund): readonly LedgerEntry[] {
    if (this.#entries.some((entry) => entry.refund?.session === refund.session)) return [];
    const isOwn = this.#entries.some(({ origin, charge }) => origin === 'own' && charge.session === refund.session);
    try {
      return [this.#refund('adopted', refund)];
    } catch (error) {
      if (isOwn && error instanceof PrivacyError) return [];
      throw error;
    }
  }

  #append(origin: LedgerEntry['origin'], charge: Charge, refund?: Refund): LedgerEntry {
    const previous = this.#entries.at(-1)?.hash ?? genesis(this.federation);
    const open = { sequence: this.#entries.length, origin, charge, previous, ...(refund && { refund }) };
    const entry = { ...open, hash: entryHash(open) };
    this.#store.append(entry);
    this.#entries.push(entry);
    return entry;
  }

  /** The entry of the same session, or of the same repetition of the same own sum; this side's own before one taken over. */
  #find(charge: Charge): LedgerEntry | undefined {
    return this.#entries.findLast(
      ({ charge: known }) =>
        known.scope === charge.scope &&
        known.session === charge.session &&
        (charge.scope === 'federation' || (known.label === charge.label && known.round === charge.round)),
    );
  }

  /** Attempts charged here or by the other side, and this one; 0 for a platform's own sum. */
  #attemptsWith(charge: Charge): number {
    if (charge.scope !== 'federation') return 0;
    const charged = this.refundable().length;
    return this.#find(charge) === undefined ? charged + 1 : charged;
  }

  #epsilonWith(more: readonly Charge[]): number | null {
    if (this.budget.epsilon === null) return null;
    const own = [...distinctCharges(this.#entries), ...more].map(({ event }) => ({ event, count: 1 }));
    return composedEpsilon([...this.budget.elsewhere, ...own], this.budget.delta);
  }
}

/**
 * Whether an event from the other side is one that a masked sum can have, with numbers that add to a spend: a cost below
 * zero, or one that is no number, would lower it; one that no accountant takes would leave every later spend unknown.
 */
function costsSomething(event: PrivacyEvent): boolean {
  const positive = (...values: readonly number[]): boolean =>
    values.every((value) => typeof value === 'number' && value > 0 && Number.isFinite(value));
  switch (event.kind) {
    case 'unprotected':
      return true;
    case 'discrete-gaussian':
      return positive(event.sigma, event.sensitivity);
    case 'distributed-discrete-gaussian':
      return (
        positive(event.localSigma, event.shares, event.dimension, event.sensitivity) &&
        Number.isInteger(event.shares) &&
        Number.isInteger(event.dimension) &&
        event.sensitivityL1 === undefined
      );
    case 'poisson-sampled':
      return positive(event.rate) && event.rate <= 1 && isNoise(event.event) && costsSomething(event.event);
    default:
      return false;
  }
}

/** What persons may be drawn for; from the other side, so that it may be anything. */
function isNoise(event: unknown): event is PrivacyEvent {
  const kind = typeof event === 'object' && event !== null && 'kind' in event ? event.kind : undefined;
  return kind === 'discrete-gaussian' || kind === 'distributed-discrete-gaussian';
}

function refused(what: string): PrivacyError {
  return new PrivacyError('PRIVACY_LEDGER_REFUSED', `ledger: ${what}`);
}

function sameCharge(a: Charge, b: Charge): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function describe(charge: Charge): string {
  return charge.scope === 'federation'
    ? `round ${charge.round}, attempt ${charge.attempt} ("${charge.label}")`
    : `release ${charge.round} of "${charge.label}"`;
}

function format(epsilon: number | null): string {
  return epsilon === null ? 'unbounded' : upward(epsilon, 6);
}
