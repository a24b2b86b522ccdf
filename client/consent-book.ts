/**
 * Changes of consents, by a running agent or by a command on the state of an agent that does not run. An unknown person
 * or target is an error with its name: if a mistyped withdrawal were ignored, somebody would stay released.
 * @module
 */
import { checkTerms, names } from '../core/federation/consent.ts';
import type { Consent, ConsentTerms } from '../core/federation/consent.ts';
import { FederationError } from '../core/federation/errors.ts';
import type { ConsentFilter, ConsentStore } from './store/platform-store.ts';
import { inTurns } from './turns.ts';

/** A platform's consents, and everything that a change is checked against. */
export interface ConsentBook {
  readonly platform: string;
  /** The platforms that a consent may name as its target: the others, and this one if the federation learns a map. */
  readonly platforms: readonly string[];
  readonly consents: Pick<ConsentStore, 'list'>;
  /** Unix seconds. */
  now(): number;
  /** True if the platform's data holds this person. */
  knows(person: string): boolean;
  add(consents: readonly Consent[]): Promise<void>;
  /** @returns number of consents withdrawn. */
  withdraw(persons: readonly string[], target?: string): Promise<number>;
}

export interface AddRequest {
  readonly persons: readonly string[];
  readonly terms: ConsentTerms;
  /** Only report what would be done. */
  readonly dryRun: boolean;
  /** Also record persons who are not in the data: they may come with the data of a later day. */
  readonly acceptUnknown: boolean;
}

export interface Added {
  /** Persons who are not in the data; null if nobody can know, because no platform was ever started on this state. */
  readonly unknown: readonly string[] | null;
}

export interface WithdrawRequest {
  readonly persons: readonly string[];
  readonly target?: string;
  readonly dryRun: boolean;
}

export interface Withdrawn {
  /** Number of consents that were withdrawn, or would be in a dry run. */
  readonly withdrawn: number;
  /** Persons without such a consent on record. The consents of the others are withdrawn anyway. */
  readonly unknown: readonly string[];
}

/**
 * Records consents for all of the persons, or for none of them if one is refused.
 * @throws FederationError CONSENT_INVALID; CONSENT_UNKNOWN with the names of unknown persons.
 */
export async function addConsents(
  book: ConsentBook,
  { persons, terms, dryRun, acceptUnknown }: AddRequest,
): Promise<Added> {
  checkTerms(terms, book.platform, book.platforms, book.now());
  const unknown = persons.filter((person) => !book.knows(person));
  if (unknown.length > 0 && !acceptUnknown) {
    throw new FederationError(
      'CONSENT_UNKNOWN',
      `no consent is recorded: this platform's data holds no person ${namesOf(unknown)}, or none of their rows count. Correct the names, or give --accept-unknown to record persons before their data comes`,
    );
  }
  await checkNarrower(book, persons, terms);
  if (!dryRun) await book.add(persons.map((person) => ({ person, ...terms })));
  return { unknown };
}

/**
 * A target may hold what was sent under the earlier consent, and only a withdrawal makes it delete that.
 * @throws FederationError CONSENT_INVALID if a consent on record names a purpose that the new one does not.
 */
async function checkNarrower(
  { consents }: ConsentBook,
  persons: readonly string[],
  { target, epoch, also = [] }: ConsentTerms,
): Promise<void> {
  const found = await inTurns(persons, (some) =>
    some.filter((person) =>
      consents.list({ target, epoch, person }).some((before) => !names({ also }, before.also ?? [])),
    ),
  );
  const wide = found.flat();
  if (wide.length === 0) return;
  throw new FederationError(
    'CONSENT_INVALID',
    `no consent is recorded: an earlier one to "${target}" names more purposes, of ${namesOf(wide)}. Withdraw it first, so that the target deletes what it holds, or name the same purposes with --also`,
  );
}

/** @throws FederationError CONSENT_INVALID if the target is no platform and has no consent on record. */
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

/** @throws FederationError CONSENT_INVALID if the target is no platform and has no consent on record. */
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

/** The persons' names, for the terminal of the platform's operator: never for a log. */
export function namesOf(persons: readonly string[]): string {
  const shown = persons.slice(0, NAMES_SHOWN).join(', ');
  return persons.length > NAMES_SHOWN ? `${shown} and ${persons.length - NAMES_SHOWN} more` : shown;
}
