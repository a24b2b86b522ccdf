/**
 * Consent: the persons that a source may release, to which target, in which epoch and until when. A consent whose target is the
 * platform itself names the purpose `map`: nothing leaves by it but the person's part in the map's sums. This file has only the
 * rules; stores keep the consents.
 * @module
 */
import { FederationError } from './errors.ts';
import type { FederationPlan } from './plan.ts';
import type { Purpose } from './purposes.ts';

export interface Consent {
  /** The platform's own person id: it never leaves the platform. */
  readonly person: string;
  /** The platform that may receive this person's representation; the platform itself: it may teach the map. */
  readonly target: string;
  /** Epoch of the code. The source draws one code per epoch, so a consent to another epoch is a consent to another code. */
  readonly epoch: number;
  /** Unix seconds. From then on the source releases nothing more, and the target deletes the codes that it holds. */
  readonly expires: number;
  /** Purposes that it names beside a representation; absent: none. */
  readonly also?: readonly Purpose[];
}

/** Largest time in Unix seconds that the wire's uint32 can hold. */
export const LATEST_EXPIRY = 0xffff_ffff;

const DAY_SECONDS = 24 * 3600;

/**
 * The end of the day on which a consent ends, in Unix seconds. The source sends only this to the target, because the exact
 * second would reveal when the person consented.
 */
export function lastDayOf(expires: number): number {
  return Math.min(LATEST_EXPIRY, Math.ceil(expires / DAY_SECONDS) * DAY_SECONDS);
}

/** Largest epoch that the wire's uint32 can hold. */
export const LATEST_EPOCH = 0xffff_ffff;

/** The order in which consents are listed. */
export function byTargetEpochPerson(a: Consent, b: Consent): number {
  const order = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return order(a.target, b.target) || a.epoch - b.epoch || order(a.person, b.person);
}

/** True if this consent covers a release to `target` in `epoch` at `now` (Unix seconds). */
export function covers(consent: Consent, target: string, epoch: number, now: number): boolean {
  return consent.target === target && consent.epoch === epoch && now < consent.expires;
}

/** True if this consent names all of these purposes. */
export function names({ also = [] }: Pick<Consent, 'also'>, purposes: readonly Purpose[]): boolean {
  return purposes.every((purpose) => also.includes(purpose));
}

/** A consent without its person. */
export type ConsentTerms = Omit<Consent, 'person'>;

/** The targets that a consent on the platform `own` may name. */
export function consentTargets(
  { learnsMap, manifest }: Pick<FederationPlan, 'learnsMap' | 'manifest'>,
  own: string,
): readonly string[] {
  return manifest.platforms.map(({ name }) => name).filter((name) => learnsMap || name !== own);
}

/** @param now Unix seconds. @throws FederationError CONSENT_INVALID with the name of the field. */
export function checkTerms(terms: ConsentTerms, own: string, targets: readonly string[], now: number): void {
  const problem = problemOf(terms, own, targets, now);
  if (problem !== undefined) throw new FederationError('CONSENT_INVALID', `consent refused: ${problem}`);
}

function problemOf(
  { target, epoch, expires, also = [] }: ConsentTerms,
  own: string,
  targets: readonly string[],
  now: number,
): string | undefined {
  if (!targets.includes(target)) {
    return target === own
      ? `the target "${target}" is this platform itself, and this federation learns no map that its persons could teach`
      : `the target "${target}" is not in the federation (${targets.join(', ')})`;
  }
  const isForMap = names({ also }, ['map']);
  if (target === own && !isForMap)
    return `the target "${target}" is this platform itself: name the purpose map (--also)`;
  if (target !== own && isForMap) return `purpose map is of a consent to the platform that teaches, "${own}" itself`;
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > LATEST_EPOCH) return `the epoch ${epoch} is not a whole number`;
  if (!Number.isInteger(expires) || expires <= 0 || expires > LATEST_EXPIRY) {
    return `the expiry ${expires} is not in Unix seconds up to ${LATEST_EXPIRY}`;
  }
  if (expires <= now) return `the expiry ${expires} (Unix seconds) is past: nobody would be released by it`;
  return undefined;
}
