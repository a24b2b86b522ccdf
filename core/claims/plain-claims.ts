/**
 * Each claim in one or two sentences for a person. They stand before the exact sentences, take their numbers from the same
 * plan, and never promise more: they point to the conditions of the exact claim, which is printed with them.
 * @module
 */
import { upward } from '../accounting/printed-epsilon.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { releaseBound } from '../release/registry.ts';
import type { ReleaseModeName } from '../release/registry.ts';
import type { Law } from '../transfer/law.ts';
import { asDeclared } from './declared.ts';
import type { Declarers } from './declared.ts';
import { isSparse, leastOf } from './over-versions.ts';
import { said } from './sentence.ts';
import type { Sentence } from './sentence.ts';

export interface ReleaseTerms {
  readonly name: ReleaseModeName;
  /** Epsilon of one code; null if nothing bounds it. */
  readonly epsilon0: number | null;
}

interface Terms {
  readonly by: Declarers;
  /** The encoder's law. */
  readonly law: Law;
  readonly plan: PrivacyPlan;
  readonly release: ReleaseTerms;
  readonly comparesPlatforms?: boolean;
}

/** C1: the training. @param holds true if the exact claim is made. */
export function plainTraining(
  { by, isOwnAlone, plan, law }: Terms & { readonly isOwnAlone: boolean },
  holds: boolean,
): Sentence {
  if (isOwnAlone) return said('C1.plain', 'Nothing is trained from anybody’s data.');
  if (holds && plan.epsilon !== null) {
    return said(
      'C1.plain',
      `The platforms train on sums over persons with noise added. What all of these sums tell about you is limited to epsilon ${upward(plan.epsilon)} (smaller is more private)${asDeclared(by.strategy) || ','} under the conditions of the exact claim.`,
    );
  }
  const why =
    plan.budget === null
      ? 'No noise is added'
      : law === 'sealed-only'
        ? 'The encoder is made from raw data'
        : 'No noisy sum is used';
  return said('C1.plain', `${why}: nothing here limits what training tells about you.`);
}

/** C2: the coordinator, and the platforms that the person did not choose. */
export function plainOthers({ by, isOwnAlone }: Terms & { readonly isOwnAlone: boolean }, holds: boolean): Sentence {
  if (isOwnAlone) {
    return said(
      'C2.plain',
      `The coordinator and the platforms that you did not choose get nothing that your data went into${asDeclared(by.strategy, by.release) || ','} under the conditions of the exact claim. They may see that you take part. A platform that you choose learns more.`,
    );
  }
  return said(
    'C2.plain',
    holds
      ? `The coordinator and the platforms that you did not choose learn about you no more than this limit allows${asDeclared(by.strategy) || ','} under the conditions of the exact claim. A platform that you choose may learn more.`
      : 'Nothing here limits what the coordinator and the platforms that you did not choose learn about you from training.',
  );
}

/** C3: the platforms that the person chose. */
export function plainChosen({
  by,
  ownItems,
  ownNumbers,
  release: { name, epsilon0 },
}: Terms & { readonly ownItems: number; readonly ownNumbers: number }): Sentence {
  switch (releaseBound(name)) {
    case 'nothing-sent':
      return said('C3.plain', 'No platform receives anything computed from your history for you alone.');
    case 'unbounded':
      return said(
        'C3.plain',
        ownItems > 0
          ? `Each platform that you choose receives your history itself: your latest ${ownItems} items. Nothing here limits what it can work out from them.`
          : `Each platform that you choose receives numbers computed from your history. Nothing here limits what it can work out from them${ownNumbers > 0 ? ': perhaps your whole history' : ''}.`,
      );
    case 'epsilon0':
      return said(
        'C3.plain',
        epsilon0 === null
          ? 'Each platform that you choose receives a random code about you. Nothing here limits what it tells.'
          : `Each platform that you choose receives a random code about you from each platform that knows you, again in each epoch. One code tells about you at most epsilon0 ${upward(epsilon0)} (smaller is more private)${asDeclared(by.release) || ','} and codes add up.`,
      );
  }
}

/** C4: the coordinator's view of the masked sums. */
export function plainCoordinator({ comparesPlatforms, plan }: Terms): Sentence {
  const { noiseThreshold, exposedFrom } = leastOf(plan);
  return said(
    'C4.plain',
    plan.maskedSum
      ? `The coordinator sees sums to which at least ${noiseThreshold} platforms contributed, and not what one platform contributed${comparesPlatforms === true ? ', except how its persons differ on average from those of others' : ''}, unless ${exposedFrom} or more platforms help it${isSparse(plan) ? ' or it cheats while keys are exchanged' : ''}, under the conditions of the exact claim.`
      : 'The coordinator sums nothing.',
  );
}
