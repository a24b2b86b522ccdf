/**
 * The number of values, or codes, in a release, as a public function of its mode and budget.
 *
 * The expected cosine of a PrivUnit sample falls with the dimension, and a randomised response is less often right the
 * more codes there are. So a small budget is best spent on few of them. The figures were chosen on toys -> sports and
 * on held-out warm persons of sports -> toys (docs/transfer.md).
 * @module
 */
import type { PrototypeSettings } from '../../release/cohort.ts';
import { prototypeQueries } from '../../release/cohort.ts';
import type { SumQuery } from '../../privacy/mechanism/mechanism.ts';
import { publicPlatform } from '../public-shape.ts';
import type { PublicShape } from '../strategy.ts';

/** Share of the budget (of zero-concentrated DP) for prototypes, if the release mode needs them. */
const prototypeShare = 0.05;
const prototypePasses = 4;

/** Length of a representation if the settings do not fix it. @param plain the length without local noise. */
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
 * The sums that a platform asks for, including those for prototypes if the release mode needs them. Both share the
 * budget. A platform that releases nothing makes no prototypes, but its rounds get the same share of the budget as
 * everybody's.
 *
 * @param own the strategy's own queries on this platform at a share of the budget; empty if it charges nothing.
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
