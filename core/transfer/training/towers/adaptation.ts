/**
 * Domain adaptation: persons' vectors z are trained so that they do not tell which platform they are from. What one platform's
 * items mean there alone is then left out of z, and a target can read a source of whose persons it knows none.
 *
 * A platform's persons are compared with other platforms' through the shared model alone, so what a person adds still depends on
 * nobody else. Both ways need at least two platforms that teach, and each platform counts alike, whatever its size.
 * @module
 */
import type { PublicShape } from '../../encoder.ts';
import { TransferError } from '../../errors.ts';
import type { Adaptation, Adapting, Teacher } from './adapting.ts';
import { adversarial } from './adversarial.ts';
import { mmd } from './mmd.ts';

/** `mmd`: equal means of features of a kernel (mmd.ts). `adversarial`: against a classifier of platforms (adversarial.ts). */
export const ADAPTATIONS = ['none', 'mmd', 'adversarial'] as const;
export type AdaptationName = (typeof ADAPTATIONS)[number];

const MAKERS: Readonly<Record<AdaptationName, ((facts: Adapting) => Adaptation) | undefined>> = {
  none: undefined,
  mmd,
  adversarial,
};

/**
 * @param dimension length of z. @returns undefined without adaptation.
 * @throws TransferError TRANSFER_SHAPE if there is no other platform to compare with.
 */
export function adaptationOf(
  { adaptation, temperature }: { readonly adaptation: AdaptationName; readonly temperature: number },
  { platforms }: PublicShape,
  dimension: number,
): Adaptation | undefined {
  const make = MAKERS[adaptation];
  if (make === undefined) return undefined;
  const teaching = platforms.filter(({ releases }) => releases);
  if (teaching.length >= 2) return make({ platforms: teaching.length, dimension, temperature });
  throw new TransferError(
    'TRANSFER_SHAPE',
    `adaptation ${adaptation} compares platforms that teach, and ${teaching.length === 0 ? 'none does' : `only "${teaching[0].name}" does`}: name two in privacy.sources, or set adaptation to none`,
  );
}

/** @throws TransferError TRANSFER_SHAPE for a platform that does not teach. */
export function teacherOf({ platforms }: PublicShape, name: string): Teacher {
  const teaching = platforms.filter(({ releases }) => releases);
  const number = teaching.findIndex((one) => one.name === name);
  if (number < 0) throw new TransferError('TRANSFER_SHAPE', `"${name}" does not teach in this federation`);
  const persons = teaching.reduce((sum, { personsAbout }) => sum + personsAbout, 0);
  return { number, weight: persons / (teaching.length * teaching[number].personsAbout) };
}
