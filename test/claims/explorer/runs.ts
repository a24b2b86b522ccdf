/**
 * The settings to explore: in the suite, and by hand (`bench/explorer.ts`).
 * @module
 */
import { defaultThreshold } from '../../../core/secagg/parameters.ts';
import { ExactWorld } from './exact.ts';
import type { Scope } from './exact.ts';
import type { Model } from './search.ts';
import { IN_MEMORY, legal, RULES } from './setting.ts';
import type { Setting } from './setting.ts';
import { VictimWorld } from './victim.ts';

export interface Run {
  readonly name: string;
  readonly model: () => Model;
}

export type Sizes = Pick<Setting, 'platforms' | 'threshold' | 'noiseThreshold' | 'declared'>;

/** R = 1, so that two attempts show a platform that charges once too often or too seldom. */
export function settingOf(sizes: Sizes, corrupt: number, more: Partial<Setting> = {}): Setting {
  return { ...sizes, corrupt, charges: 1, refunds: 1, attempts: 2, restored: 0, ...more };
}

function nameOf(s: Setting): string {
  const sizes = `n ${s.platforms}, t ${s.threshold}, t_noise ${s.noiseThreshold}, c ${s.declared}, c' ${s.corrupt}`;
  const restored = s.restored > 0 ? `, ${s.restored} restored` : '';
  return `${sizes}${restored}, R ${s.charges}, F ${s.refunds}, attempts ${s.attempts}`;
}

function victim(setting: Setting): Run {
  return { name: `victim: ${nameOf(setting)}`, model: () => new VictimWorld(setting, RULES) };
}

function exact(setting: Setting, scope: Scope): Run {
  return { name: `exact, ${scope}: ${nameOf(setting)}`, model: () => new ExactWorld(setting, RULES, scope) };
}

/**
 * Statements are signed by a key that exists only in memory. A restored platform then makes no statement, so it need
 * not count as corrupt.
 */
function inMemory(setting: Setting): Run {
  const rules = { ...IN_MEMORY, restoredCounts: false };
  return { name: `victim, stating from memory: ${nameOf(setting)}`, model: () => new VictimWorld(setting, rules) };
}

/** As many corrupt platforms as there is a claim about. */
function corruptUpTo(most: number): readonly number[] {
  return Array.from({ length: most + 1 }, (_, corrupt) => corrupt);
}

function usual(platforms: number): readonly Sizes[] {
  return legal(platforms).filter(({ threshold }) => threshold === defaultThreshold(platforms));
}

function victims(sizes: readonly Sizes[], refunds: readonly number[]): readonly Run[] {
  return sizes.flatMap((one) =>
    corruptUpTo(one.platforms - 1).flatMap((corrupt) =>
      refunds.map((most) => victim(settingOf(one, corrupt, { refunds: most }))),
    ),
  );
}

/** Sums in one attempt, for every t_noise, against as many corrupt platforms as the claim covers. */
function sums(sizes: readonly Sizes[]): readonly Run[] {
  const withNoise = sizes.flatMap((one) =>
    Array.from({ length: one.platforms - one.noiseThreshold + 1 }, (_, more) => ({
      ...one,
      noiseThreshold: one.noiseThreshold + more,
    })),
  );
  // The declarations of honest platforms make no difference in these settings.
  const different = withNoise.filter(({ declared }) => declared === 0);
  return different.flatMap((one) =>
    corruptUpTo(2 * one.threshold - one.platforms - 1)
      .filter((corrupt) => corrupt < one.platforms)
      .map((corrupt) => exact(settingOf(one, corrupt, { attempts: 1 }), 'sums')),
  );
}

const THREE: Sizes = { platforms: 3, threshold: 3, noiseThreshold: 3, declared: 1 };
const FOUR: Sizes = { platforms: 4, threshold: 3, noiseThreshold: 3, declared: 1 };
const FIVE: Sizes = { platforms: 5, threshold: 4, noiseThreshold: 4, declared: 2 };

export const SUITE: readonly Run[] = [
  ...victims([...legal(3), ...legal(4)], [0, 1]),
  ...victims([FIVE], [1]),
  victim(settingOf(FIVE, 1, { restored: 1 })),
  exact(settingOf(THREE, 0, { attempts: 1 }), 'all'),
  ...[1, 2].map((corrupt) => exact(settingOf(THREE, corrupt), 'all')),
  ...[1, 2, 3].map((corrupt) => exact(settingOf(FOUR, corrupt, { attempts: 1 }), 'ledgers')),
  ...[2, 3].map((corrupt) => exact(settingOf(FOUR, corrupt), 'ledgers')),
  ...sums([...legal(3), ...legal(4), ...usual(5)]),
  ...[0, 1, 2, 3].map((corrupt) => inMemory(settingOf(FOUR, corrupt, { restored: 2 }))),
];

export const DEEP: readonly Run[] = [
  ...victims(legal(5), [0, 1]),
  ...corruptUpTo(4).map((corrupt) => inMemory(settingOf(FIVE, corrupt, { restored: 2 }))),
  victim(settingOf(FIVE, 0, { restored: 1 })),
  victim(settingOf(FIVE, 0, { restored: 2 })),
  ...[1, 2].map((corrupt) => victim(settingOf(FIVE, corrupt, { attempts: 3, charges: corrupt, refunds: 1 }))),
  ...victims([{ platforms: 6, threshold: 5, noiseThreshold: 5, declared: 3 }], [1]),
  ...victims([{ platforms: 7, threshold: 5, noiseThreshold: 5, declared: 2 }], [1]),
  ...legal(3).flatMap((one) => [0, 1, 2].map((corrupt) => exact(settingOf(one, corrupt, { attempts: 1 }), 'all'))),
  exact(settingOf(THREE, 0), 'all'),
  ...legal(4).flatMap((one) =>
    [0, 1, 2, 3].map((corrupt) => exact(settingOf(one, corrupt, { attempts: 1 }), 'ledgers')),
  ),
  ...legal(4).flatMap((one) => [1, 2, 3].map((corrupt) => exact(settingOf(one, corrupt), 'ledgers'))),
  ...legal(5)
    .filter(({ threshold }) => threshold > 3)
    .flatMap((one) => [1, 2, 3, 4].map((corrupt) => exact(settingOf(one, corrupt, { attempts: 1 }), 'ledgers'))),
  ...sums(legal(5)),
  exact(settingOf(FIVE, 0, { attempts: 1 }), 'ledgers'),
  exact(settingOf(FOUR, 0), 'ledgers'),
  exact(settingOf({ platforms: 5, threshold: 3, noiseThreshold: 3, declared: 0 }, 0, { attempts: 1 }), 'ledgers'),
  victim(settingOf({ platforms: 10, threshold: 7, noiseThreshold: 8, declared: 2 }, 2, { attempts: 1 })),
];
