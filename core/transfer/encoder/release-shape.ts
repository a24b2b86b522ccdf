/**
 * The number of values, or codes, in a release, as a public function of its mode and budget.
 * @module
 */
import type { PrototypeSettings } from '../../release/cohort.ts';
import { prototypeQueries } from '../../release/cohort.ts';
import { releaseDefinition } from '../../release/registry.ts';
import type { SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { publicPlatform } from '../public-shape.ts';
import type { PublicRelease, PublicShape } from '../encoder.ts';

/** Share of the budget (of zero-concentrated DP) for prototypes, if the release mode needs them. */
const prototypeShare = 0.05;
/** Half as many leave few prototypes far from their best places, whatever the noise (docs/transfer.md). */
const prototypePasses = 8;

/** Length of a representation if the settings do not fix it. @param plain the length without local noise. */
export function releasedDimension(release: PublicRelease | undefined, plain: number): number {
  return release === undefined ? plain : releaseDefinition(release.mode).width(release.epsilon0 ?? 0, plain);
}

/** The settings of the prototypes; undefined if the release mode needs none. */
export function prototypeSettings(
  { release }: PublicShape,
  dimension: number,
  share = prototypeShare,
): PrototypeSettings | undefined {
  const cohorts = release && releaseDefinition(release.mode).prototypes?.(release.epsilon0 ?? 0);
  if (cohorts === undefined) return undefined;
  return { cohorts, dimension, passes: prototypePasses, relativeNoise: Math.sqrt(prototypePasses / share) };
}

/**
 * The sums that a platform asks for, including those for prototypes if the release mode needs them. Both share the
 * budget. A platform that releases nothing makes no prototypes, but its rounds get the same share of the budget as
 * everybody's.
 *
 * @param own the encoder's own queries on this platform at a share of the budget; empty if it charges nothing.
 */
export function releaseQueries(
  shape: PublicShape,
  platform: string,
  dimension: number,
  own: (share: number) => readonly SumQuery[],
): readonly SumQuery[] {
  const chargesNothing = own(1).length === 0;
  const prototypes = prototypeSettings(shape, dimension, chargesNothing ? 1 : prototypeShare);
  if (prototypes === undefined) return own(1);
  const { releases } = publicPlatform(shape, platform);
  return [...own(1 - prototypeShare), ...(releases ? prototypeQueries(prototypes) : [])];
}
