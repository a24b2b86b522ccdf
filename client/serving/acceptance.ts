/**
 * The acceptance gate decides which version a platform serves with: its held-out quality must not fall. The platform's
 * contributions and its participation never depend on this decision, which would reveal something of its persons
 * without a charge.
 * @module
 */
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';
import type { ReceivedVersion, ServedVersion } from '../store/platform-store.ts';
import { isSameVersion } from '../store/received-version.ts';

/** The record of a fitted version, if it served. */
export function qualityOf(version: ReceivedVersion, report: DecoderReport): ServedVersion {
  const { blend, persons } = report.heldOut as Readonly<Record<string, number | undefined>>;
  return { ...version, heldOut: blend ?? null, persons: persons ?? 0 };
}

/** Number of standard errors by which the held-out mean must fall before the version is refused. */
const STANDARD_ERRORS = 2;

/**
 * Decides if `candidate` may serve instead of `served`. The held-out persons of two fits differ, so a fall counts only
 * from two standard errors of the difference. A gain per person is between 0 and 1, which bounds its variance by q (1 -
 * q).
 * @returns undefined to accept, else the reason.
 */
export function refusalOf(candidate: ServedVersion, served: ServedVersion | undefined): string | undefined {
  if (served === undefined || served.heldOut === null || isSameVersion(candidate, served)) return undefined;
  if (candidate.heldOut === null) return 'it cannot be judged: too few persons are known on both sides';
  const error = Math.sqrt(variance(candidate) + variance(served));
  if (candidate.heldOut >= served.heldOut - STANDARD_ERRORS * error) return undefined;
  return `its held-out NDCG@10 is ${candidate.heldOut.toFixed(4)}, that of the version that serves ${served.heldOut.toFixed(4)}`;
}

function variance({ heldOut, persons }: ServedVersion): number {
  const q = heldOut ?? 0;
  return (q * (1 - q)) / Math.max(1, persons);
}
