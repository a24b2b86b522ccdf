/**
 * Bounds how many opened sums a platform's data can be in, whichever members lie. docs/privacy.md proves every line (What
 * the ledger proves).
 *
 * A platform pays before it uploads. Its ledger holds at most R payments at a time. It takes a payment back at most F
 * times, each time on signed proof that the sum was not opened and cannot be.
 * @module
 */
import type { Trust } from './trust.ts';

export interface AttemptBound {
  /** R: attempts that may stand charged. */
  readonly attempts: number;
  /** Attempts that may stand charged on any platform of the same version, if that is more than R. */
  readonly mostAnywhere?: number;
  /** F: refunds that one ledger may make. */
  readonly refunds: number;
}

/** F if the manifest gives no number: room for one failed attempt per three rounds, and for at least three. */
export function defaultRefunds(rounds: number): number {
  return Math.max(3, Math.ceil(rounds / 3));
}

/**
 * Most opened sums with one platform's data in them, against a coordinator that this many platforms help.
 *
 * With up to c helpers a refunded sum was never opened, so R counts. With more, a refund may be false, but every
 * opening takes t shares. At least t - c' of them come from honest platforms, each of which pays for good and at most R
 * times. With t helpers or more no honest platform's share is needed, and only the number of uploads counts. On a sparse
 * graph the shares of one platform lie with few others, so that count does not bound it: uploads count from c + 1 on.
 */
export function openingsAgainst(
  trust: Pick<Trust, 'platformCount' | 'degree' | 'threshold' | 'colluding'>,
  { attempts, mostAnywhere = attempts, refunds }: AttemptBound,
  colluders: number,
): number {
  const { platformCount: n, degree, threshold: t, colluding: c } = trust;
  const uploads = attempts + refunds;
  if (colluders <= c) return attempts;
  if (colluders >= t || degree !== undefined) return uploads;
  return Math.min(Math.floor((mostAnywhere * (n - colluders)) / (t - colluders)), uploads);
}
