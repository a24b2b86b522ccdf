/**
 * Decides which entries of the coordinator's ledger a platform takes over. The coordinator may send anything, so this
 * module judges the whole ledger before any entry is stored or its cost computed. The time is linear in the number of
 * entries, and the plan bounds that number.
 * @module
 */
import { PrivacyError } from '../mechanism/errors.ts';
import { Accounts, isSameCharge, nameOf } from './accounts.ts';
import { verifyLedger } from './ledger-chain.ts';
import type { Charge, EntryBody, LedgerEntry, Refund } from './ledger-chain.ts';
import type { AttemptLimits, LedgerRules } from './rules.ts';

export interface AcceptanceTerms {
  readonly federation: string;
  /** R and F of a version's rounds: attempts that may stand charged, that is, charged and not taken back, and refunds. */
  readonly limits: (version: number) => AttemptLimits;
  /** The version in force. */
  readonly version: number;
  readonly mostEntries: number;
  readonly rules: LedgerRules;
}

/**
 * Lists, in order, the entries that the coordinator's ledger has and this ledger lacks: charges, and refunds of charges
 * that this side need not keep. A charge that the coordinator has taken back and this side keeps is not a conflict.
 * This ledger takes charges over only until R stand in it: a charge that only this platform keeps must not use up the
 * budget that its own sums need.
 *
 * @throws PrivacyError PRIVACY_LEDGER_BROKEN if the hash chain does not hold; PRIVACY_LEDGER_REFUSED if an entry is
 * there that no coordinator following the plan can have.
 */
export function newEntries(
  ours: Accounts,
  theirs: readonly LedgerEntry[],
  terms: AcceptanceTerms,
): readonly EntryBody[] {
  if (theirs.length > terms.mostEntries) {
    throw refused(`has ${theirs.length} entries; the plan leaves room for ${terms.mostEntries}`);
  }
  verifyLedger(terms.federation, theirs);
  const reader = new Reader(ours, terms);
  for (const entry of theirs) reader.read(entry);
  reader.end();
  checkHeld(ours, reader.told);
  return reader.news;
}

class Reader {
  readonly told = new Accounts();
  readonly news: EntryBody[] = [];
  readonly #ours: Accounts;
  readonly #terms: AcceptanceTerms;
  readonly #toldAttempts = new Set<string>();
  /** Sessions that get a new charge. */
  readonly #newCharges = new Set<string>();
  /** Number of attempts and refunds taken over so far, by version. */
  readonly #taken = new Map<number, { attempts: number; refunds: number }>();

  constructor(ours: Accounts, terms: AcceptanceTerms) {
    this.#ours = ours;
    this.#terms = terms;
  }

  read(entry: LedgerEntry): void {
    const problem =
      entry.origin !== 'own'
        ? 'was taken over from another ledger'
        : entry.charge === undefined
          ? this.#refund(entry.refund)
          : this.#charge(entry.charge);
    if (problem !== undefined) throw refused(`has an entry (${entry.sequence}) that ${problem}`);
    this.told.add(entry);
  }

  /**
   * Checks the limits that hold only once the whole ledger is read.
   * @throws PrivacyError PRIVACY_LEDGER_REFUSED if more attempts of a version stand charged than the plan allows.
   */
  end(): void {
    const standing = new Map<number, number>();
    for (const { charge, refund } of this.told.all()) {
      if (refund !== undefined) continue;
      const count = (standing.get(charge.version) ?? 0) + 1;
      standing.set(charge.version, count);
      const most = this.#terms.limits(charge.version).attempts;
      if (count > most)
        throw refused(`charges ${nameOf(charge)}, one more than the ${most} attempts of version ${charge.version}`);
    }
  }

  #charge(charge: Charge): string | undefined {
    const { limits, rules, version } = this.#terms;
    const { attempts: mostAttempts, refunds } = limits(charge.version);
    // A later version may have lowered the attempts of an earlier one. At this point of the ledger charges may stand that
    // were refunded later, at most F of them.
    const mostAtOnce = charge.version === version ? mostAttempts : mostAttempts + refunds;
    if (charge.scope !== 'federation') return `charges ${nameOf(charge)}, a platform's own sum`;
    if (this.told.find(charge) !== undefined) return `charges ${nameOf(charge)} for the second time`;
    const attempt = `${charge.round}/${charge.attempt}`;
    if (this.#toldAttempts.has(attempt)) return `charges ${nameOf(charge)} under a second session`;
    this.#toldAttempts.add(attempt);
    if (this.told.of(charge.version).attempts >= mostAtOnce) {
      return `charges ${nameOf(charge)}, one more than the ${mostAttempts} attempts of version ${charge.version}`;
    }
    const held = this.#ours.find(charge);
    if (held !== undefined) {
      return isSameCharge(held.charge, charge)
        ? undefined
        : `charges ${nameOf(held.charge)} differently from this platform's ledger`;
    }
    const problem = rules.chargeProblem(charge);
    if (problem !== undefined) return `charges ${nameOf(charge)}, ${problem}`;
    const taken = this.#takenOf(charge.version);
    if (this.#ours.of(charge.version).attempts + taken.attempts >= mostAttempts) return undefined;
    this.#newCharges.add(charge.session);
    taken.attempts += 1;
    this.news.push({ charge });
    return undefined;
  }

  #refund(refund: Refund): string | undefined {
    const { limits, rules } = this.#terms;
    const misplaced = this.told.problem({ refund });
    if (misplaced !== undefined) return misplaced;
    const charge = this.told.find(refund)?.charge;
    if (charge === undefined) return `takes back ${nameOf(refund)}, which was not charged`;
    const { version } = charge;
    const mostRefunds = limits(version).refunds;
    const tooMany = `takes back ${nameOf(refund)}, one more than the ${mostRefunds} refunds of version ${version}`;
    if (this.told.of(version).refunds >= mostRefunds) return tooMany;
    const held = this.#ours.find(refund);
    if (held?.refund !== undefined) return undefined;
    const problem = rules.refundProblem(refund, charge);
    if (problem !== undefined) return `takes back ${nameOf(refund)}, but its proof ${problem}`;
    const isCharged = held !== undefined || this.#newCharges.has(refund.session);
    if (!isCharged || rules.keeps?.(refund.session, held?.own !== undefined) === true) return undefined;
    const taken = this.#takenOf(version);
    taken.refunds += 1;
    taken.attempts -= 1;
    if (this.#ours.of(version).refunds + taken.refunds > mostRefunds) return tooMany;
    this.news.push({ refund });
    return undefined;
  }

  #takenOf(version: number): { attempts: number; refunds: number } {
    const taken = this.#taken.get(version) ?? { attempts: 0, refunds: 0 };
    this.#taken.set(version, taken);
    return taken;
  }
}

/**
 * Every charge of an attempt that stands in our ledger must be in theirs, and our own charges must be there in the same
 * order.
 */
function checkHeld(ours: Accounts, told: Accounts): void {
  const held = ours.all().filter(({ charge }) => charge.scope === 'federation');
  const lacking = held.find(({ charge }) => told.find(charge) === undefined);
  if (lacking !== undefined) {
    throw refused(`lacks ${nameOf(lacking.charge)}, which this platform has charged: restore it from a copy`);
  }
  const own = held
    .flatMap(({ charge, own: entry }) => (entry === undefined ? [] : [{ charge, sequence: entry.sequence }]))
    .toSorted((a, b) => a.sequence - b.sequence);
  let last = -1;
  for (const { charge } of own) {
    const position = told.find(charge)?.own?.sequence ?? -1;
    if (position < last) throw refused(`has ${nameOf(charge)} out of order: restore it from a copy`);
    last = position;
  }
}

function refused(what: string): PrivacyError {
  return new PrivacyError('PRIVACY_LEDGER_REFUSED', `the coordinator's ledger ${what}`);
}
