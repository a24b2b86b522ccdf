/**
 * How many numbers, or codes, a release can carry: a public function of its mode and budget.
 *
 * A PrivUnit sample's expected cosine falls with the dimension, and a randomised response is right the less often the more
 * codes there are, so a small budget is best spent on few. The figures here were chosen on toys -> sports and on warm persons
 * of sports -> toys that were held out (docs/transfer.md).
 * @module
 */
import type { PrototypeSettings } from '../../release/cohort.ts';
import { prototypeQueries } from '../../release/cohort.ts';
import type { SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { publicPlatform } from '../public-shape.ts';
import type { PublicShape } from '../strategy.ts';

/** Share of the budget (of zero-concentrated DP) that prototypes take where they are needed. */
const prototypeShare = 0.05;
const prototypePasses = 4;

/** Numbers of a representation where the settings leave it open; `plain` for a release without local noise. */
export function releasedDimension({ release }: PublicShape, plain: number): number {
  switch (release?.mode) {
    case 'ldp':
      return (release.epsilon0 ?? 0) >= 6 ? 5 : 2;
    case 'cohort':
      return (release.epsilon0 ?? 0) >= 6 ? 6 : 4;
    case 'raw':
    case 'none':
    case undefined:
      return plain;
  }
}

/** Undefined unless the release mode needs prototypes. */
export function prototypeSettings(
  { release }: PublicShape,
  dimension: number,
  share = prototypeShare,
): PrototypeSettings | undefined {
  if (release?.mode !== 'cohort') return undefined;
  const epsilon0 = release.epsilon0 ?? 0;
  const cohorts = epsilon0 < 3 ? 3 : epsilon0 < 6 ? 8 : 32;
  return { cohorts, dimension, passes: prototypePasses, relativeNoise: Math.sqrt(prototypePasses / share) };
}

/**
 * What a platform asks for, the prototypes included where the release mode needs them: the budget is shared between both.
 * A platform that releases nothing makes none, but its rounds have the same share as everybody's.
 * @param own the strategy's own queries on this platform at a share of the budget; none where it charges nothing.
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
