/**
 * Changes to the consents on record, the same whether an agent makes them or a command on the state of one that is away.
 * A person or a target that nobody knows is named, never passed over: a mistyped withdrawal would leave somebody released.
 * @module
 */
import { checkTerms } from '../core/federation/consent.ts';
import type { Consent, ConsentTerms } from '../core/federation/consent.ts';
import { FederationError } from '../core/federation/errors.ts';
import type { ConsentFilter, ConsentStore } from './store/platform-store.ts';
import { inTurns } from './turns.ts';

/** A platform's consents, with all that a change must be checked against. */
export interface ConsentBook {
  readonly platform: string;
  /** All platforms of the federation, this one among them. */
  readonly platforms: readonly string[];
  readonly consents: Pick<ConsentStore, 'list'>;
  /** Unix seconds. */
  now(): number;
  /** True if the platform's data holds this person. */
  knows(person: string): boolean;
  add(consents: readonly Consent[]): Promise<void>;
  /** @returns consents taken out of force. */
  withdraw(persons: readonly string[], target?: string): Promise<number>;
}

export interface AddRequest {
  readonly persons: readonly string[];
  readonly terms: ConsentTerms;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Record also persons whom the data does not hold: they may come with the data of another day. */
  readonly acceptUnknown: boolean;
}

export interface Added {
  /** Persons whom the data does not hold; null: nobody could tell, no platform having been started on this state. */
  readonly unknown: readonly string[] | null;
}

export interface WithdrawRequest {
  readonly persons: readonly string[];
  readonly target?: string;
  readonly dryRun: boolean;
}

export interface Withdrawn {
  /** Consents taken out of force, or that would be. */
  readonly withdrawn: number;
  /** Persons of whom no such consent is on record; the others are withdrawn all the same. */
  readonly unknown: readonly string[];
}

/** Nobody is recorded where one of them is refused. @throws FederationError CONSENT_INVALID; CONSENT_UNKNOWN naming the persons. */
export async function addConsents(
  book: ConsentBook,
  { persons, terms, dryRun, acceptUnknown }: AddRequest,
): Promise<Added> {
  checkTerms(terms, book.platform, book.platforms, book.now());
  const unknown = persons.filter((person) => !book.knows(person));
  if (unknown.length > 0 && !acceptUnknown) {
    throw new FederationError(
      'CONSENT_UNKNOWN',
      `no consent is recorded: this platform's data does not hold ${namesOf(unknown)}, or nothing that counts of them; with --accept-unknown they are recorded before they come`,
    );
  }
  if (!dryRun) await book.add(persons.map((person) => ({ person, ...terms })));
  return { unknown };
}

/** @throws FederationError CONSENT_INVALID for a target that is no platform and has no consent on record. */
export async function withdrawConsents(
  book: ConsentBook,
  { persons, target, dryRun }: WithdrawRequest,
): Promise<Withdrawn> {
  checkTarget(book, target);
  const of = target === undefined ? {} : { target };
  const onRecord = (
    await inTurns(persons, (some) => some.flatMap((person) => book.consents.list({ ...of, person })))
  ).flat();
  const known = new Set(onRecord.map(({ person }) => person));
  const unknown = persons.filter((person) => !known.has(person));
  return { withdrawn: dryRun ? onRecord.length : await book.withdraw([...known], target), unknown };
}

/** @throws FederationError CONSENT_INVALID for a target that is no platform and has no consent on record. */
export function listConsents(book: ConsentBook, filter: ConsentFilter): readonly Consent[] {
  checkTarget(book, filter.target);
  return book.consents.list(filter);
}

function checkTarget({ consents, platforms }: ConsentBook, target: string | undefined): void {
  if (target === undefined || platforms.includes(target) || consents.list({ target }).length > 0) return;
  const why =
    platforms.length === 0 ? 'has no consent on record' : `is not in the federation (${platforms.join(', ')})`;
  throw new FederationError('CONSENT_INVALID', `the target "${target}" ${why}`);
}

const NAMES_SHOWN = 50;

/** Names persons: for the terminal of whoever holds the data, never for a log. */
export function namesOf(persons: readonly string[]): string {
  const shown = persons.slice(0, NAMES_SHOWN).join(', ');
  return persons.length > NAMES_SHOWN ? `${shown} and ${persons.length - NAMES_SHOWN} more` : shown;
}
