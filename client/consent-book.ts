/**
 * Changes to the consents on record, the same whether an agent makes them or a command on the state of one that is away.
 * A person or a target that nobody knows is named, never passed over: a mistyped withdrawal would leave somebody released.
 * @module
 */
import { checkConsent } from '../core/federation/consent.ts';
import type { Consent } from '../core/federation/consent.ts';
import { FederationError } from '../core/federation/errors.ts';
import type { ConsentFilter, ConsentStore } from './store/platform-store.ts';

/** A platform's consents, with all that a change must be checked against. */
export interface ConsentBook {
  readonly platform: string;
  /** All platforms of the federation, this one among them. */
  readonly platforms: readonly string[];
  readonly consents: Pick<ConsentStore, 'list'>;
  /** True if the platform's data holds this person. */
  knows(person: string): boolean;
  add(consents: readonly Consent[]): void;
  /** @returns consents taken out of force. */
  withdraw(persons: readonly string[], target?: string): number;
}

export interface AddRequest {
  readonly persons: readonly string[];
  readonly terms: Omit<Consent, 'person'>;
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

/** All or none. @throws FederationError CONSENT_INVALID; CONSENT_UNKNOWN naming the persons. */
export function addConsents(book: ConsentBook, { persons, terms, dryRun, acceptUnknown }: AddRequest): Added {
  const consents = persons.map((person) => ({ person, ...terms }));
  for (const consent of consents) checkConsent(consent, book.platform, book.platforms);
  const unknown = persons.filter((person) => !book.knows(person));
  if (unknown.length > 0 && !acceptUnknown) {
    throw new FederationError(
      'CONSENT_UNKNOWN',
      `no consent is recorded: this platform's data does not hold ${namesOf(unknown)}, or nothing that counts of them; with --accept-unknown they are recorded before they come`,
    );
  }
  if (!dryRun) book.add(consents);
  return { unknown };
}

/** @throws FederationError CONSENT_INVALID for a target that is no platform and has no consent on record. */
export function withdrawConsents(book: ConsentBook, { persons, target, dryRun }: WithdrawRequest): Withdrawn {
  const all = listConsents(book, target === undefined ? {} : { target });
  const named = new Set(persons);
  const onRecord = all.filter(({ person }) => named.has(person));
  const known = new Set(onRecord.map(({ person }) => person));
  const unknown = persons.filter((person) => !known.has(person));
  return { withdrawn: dryRun ? onRecord.length : book.withdraw([...known], target), unknown };
}

/** @throws FederationError CONSENT_INVALID for a target that is no platform and has no consent on record. */
export function listConsents({ consents, platforms }: ConsentBook, filter: ConsentFilter): readonly Consent[] {
  const found = consents.list(filter);
  const { target } = filter;
  if (target === undefined || platforms.includes(target) || consents.list({ target }).length > 0) return found;
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
