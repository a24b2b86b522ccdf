/**
 * The acceptance gate: which version a platform serves with. Its own held-out quality must not fall. What it
 * contributes from, and whether it takes part, never depends on this: that would tell of its persons, uncharged.
 * @module
 */
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';
import type { ReceivedVersion, ServedVersion } from '../store/platform-store.ts';
import { isSameVersion } from '../store/received-version.ts';

/** How a fitted version would be recorded if it served. */
export function qualityOf(version: ReceivedVersion, report: DecoderReport): ServedVersion {
  const { blend, persons } = report.heldOut as Readonly<Record<string, number | undefined>>;
  return { ...version, heldOut: blend ?? null, persons: persons ?? 0 };
}

/** How many standard errors of a held-out mean a fall must be worth before it counts. */
const STANDARD_ERRORS = 2;

/**
 * Whether `candidate` may serve instead of `served`. The held-out persons of two fits differ, so a fall counts from two
 * standard errors of their difference on; a gain per person lies from 0 to 1, which bounds its variance by q (1 - q).
 * @returns undefined to accept, else why not.
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
