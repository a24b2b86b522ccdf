/**
 * Adds up a ledger's entries: the charged releases, the charges taken back, and the totals.
 * @module
 */
import { canonicalJson } from '../../encoding/canonical-json.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { Charge, ChargeEntry, EntryBody, LedgerEntry, Refund, RefundEntry } from './ledger-chain.ts';

/**
 * One session of the federation, or one repetition of a platform's own sum. A release charged on both sides counts
 * once.
 */
export interface Account {
  readonly charge: Charge;
  /** Charged by this side. */
  readonly own?: ChargeEntry;
  /** Charged by the other side and taken over from its ledger. */
  readonly adopted?: ChargeEntry;
  readonly refund?: RefundEntry;
}

/** Counts of one version's attempts at rounds. */
export interface AttemptCounts {
  /** Charged, and not taken back. */
  readonly attempts: number;
  /** Ever charged, refunded ones included. */
  readonly uploads: number;
  readonly refunds: number;
}

const NO_ATTEMPTS: AttemptCounts = { attempts: 0, uploads: 0, refunds: 0 };

type Release = Pick<Charge, 'scope' | 'session' | 'label' | 'round'>;

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  /** Events of the charges that stand, keyed by their canonical JSON. */
  readonly #events = new Map<string, CountedEvent>();
  readonly #counts = new Map<number, AttemptCounts>();

  /** @throws PrivacyError PRIVACY_LEDGER_BROKEN for a refund that the entries before it do not allow. */
  static of(entries: readonly LedgerEntry[]): Accounts {
    const accounts = new Accounts();
    for (const entry of entries) {
      const problem = accounts.problem(entry);
      if (problem !== undefined) {
        throw new PrivacyError(
          'PRIVACY_LEDGER_BROKEN',
          `ledger: entry ${entry.sequence} ${problem}; restore the ledger from a copy`,
        );
      }
      accounts.add(entry);
    }
    return accounts;
  }

  /** Attempts at rounds whose charge stands: charged and not taken back. */
  get attempts(): number {
    return this.#total('attempts');
  }

  get refunds(): number {
    return this.#total('refunds');
  }

  /** Counts of the rounds of one version of the manifest. */
  of(version: number): AttemptCounts {
    return this.#counts.get(version) ?? NO_ATTEMPTS;
  }

  /** Accounts in the order of their first entries. */
  all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  find(release: Release): Account | undefined {
    return this.#accounts.get(keyOf(release));
  }

  /** Events of all charges that stand, with their counts. */
  events(): readonly CountedEvent[] {
    return [...this.#events.values()];
  }

  /** Explains why an entry cannot follow the entries before it; undefined if it can. */
  problem({ refund }: EntryBody): string | undefined {
    if (refund === undefined) return undefined;
    const account = this.find(refund);
    if (account === undefined) return `takes back ${nameOf(refund)}, which was not charged`;
    if (account.refund !== undefined) return `takes back ${nameOf(refund)} for the second time`;
    const { label, round, attempt } = account.charge;
    const isSame = label === refund.label && round === refund.round && attempt === refund.attempt;
    return isSame ? undefined : `takes back ${nameOf(refund)} under the session of ${nameOf(account.charge)}`;
  }

  /** Adds an entry for which {@link problem} returns undefined. */
  add(entry: LedgerEntry): void {
    const release = entry.charge ?? entry.refund;
    const key = keyOf(release);
    const account = this.#accounts.get(key);
    if (entry.refund !== undefined) {
      if (account === undefined) return;
      this.#accounts.set(key, { ...account, refund: entry });
      this.#add(account.charge, { attempts: -1, uploads: 0, refunds: 1 });
      this.#count(account.charge, -1);
      return;
    }
    const { charge, origin } = entry;
    this.#accounts.set(key, { ...account, charge: account?.charge ?? charge, [origin]: entry });
    if (account !== undefined) return;
    this.#count(charge, 1);
    if (charge.scope === 'federation') this.#add(charge, { attempts: 1, uploads: 1, refunds: 0 });
  }

  #add({ version }: Charge, more: AttemptCounts): void {
    const { attempts, uploads, refunds } = this.of(version);
    this.#counts.set(version, {
      attempts: attempts + more.attempts,
      uploads: uploads + more.uploads,
      refunds: refunds + more.refunds,
    });
  }

  #total(what: keyof AttemptCounts): number {
    return [...this.#counts.values()].reduce((sum, counts) => sum + counts[what], 0);
  }

  #count({ event }: Charge, by: 1 | -1): void {
    const key = canonicalJson(event);
    const count = (this.#events.get(key)?.count ?? 0) + by;
    if (count === 0) this.#events.delete(key);
    else this.#events.set(key, { event, count });
  }
}

/** The name of a release in messages. */
export function nameOf({ scope, round, attempt, label }: Omit<Charge, 'session' | 'event'> | Refund): string {
  return scope === 'federation' ? `round ${round}, attempt ${attempt} ("${label}")` : `release ${round} of "${label}"`;
}

export function isSameCharge(a: Charge, b: Charge): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * A ledger charges a session once, even if a second charge names another round, attempt or label. It charges a platform's
 * own sum once per repetition.
 */
function keyOf({ scope, session, label, round }: Release): string {
  return scope === 'federation' ? `federation ${session}` : `platform ${round} ${session} ${label}`;
}
