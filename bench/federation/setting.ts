/** The settings that measurements vary. Everything else is fixed. */
import { sharedSubspaceMethod } from '../../core/transfer/encoder/shared-subspace.ts';
import type { Training } from './subspace.ts';
import type { SubspaceScoring } from './lists.ts';

export interface Setting {
  /** Total epsilon; null without noise. */
  readonly epsilon: number | null;
  /** `local`: every platform adds all of the noise. */
  readonly noise: 'shares' | 'local';
  /** `late`: the platform that is measured joins later and takes what is there. `member`: its persons are in the sums. */
  readonly joins: 'late' | 'member';
  /**
   * The other platforms: the markets as they are, or n - 1 platforms. These share all persons of the markets, or have `each` persons each.
   */
  readonly platforms: 'markets' | { readonly n: number; readonly each: number | 'all' };
  /** Share of the platform's catalogue that the others sell under the same id. 1: as it is. */
  readonly common: number;
}

export const DELTA = 1e-6;

export const GOAL: Setting = { epsilon: 4, noise: 'shares', joins: 'late', platforms: 'markets', common: 1 };
export const MEMBER: Setting = { ...GOAL, joins: 'member' };
/** The centre of the curves, with 200 own persons. n includes the measured platform if it is a member. */
export const CENTRE: Setting = { ...MEMBER, platforms: { n: 5, each: 'all' } };

/** Own persons of the platform that is measured. */
export const OWN_PERSONS = [0, 30, 100, 300, 1000] as const;

/** Fixed on fr and ca before any other market was scored. */
export const TRAINING: Training = { ...sharedSubspaceMethod, dimension: 32, rounds: 2 };

/** Scorings that the held-out persons choose from. */
export const SCORINGS: readonly SubspaceScoring[] = [
  { itemEvening: 0, itemNorm: 1, personEvening: 0 },
  { itemEvening: 0, itemNorm: 0.7, personEvening: 0 },
];

export function settingKey({ epsilon, noise, joins, platforms, common }: Setting): string {
  const others = platforms === 'markets' ? platforms : `${platforms.n} platforms of ${platforms.each}`;
  return [`epsilon ${epsilon ?? 'none'}`, noise, joins, others, `common ${common}`].join(', ');
}
