/**
 * The claims of a run, each said once, with the strategies that it is said of.
 * @module
 */
import type { PrivacyRow, Results } from '../results.ts';

export interface ClaimOnce {
  readonly id: string;
  readonly plain: string;
  /** True if the claim holds for these strategies. */
  readonly holds: boolean;
  readonly strategies: readonly string[];
  /** The exact texts, each with its strategies. */
  readonly exact: readonly { readonly text: string; readonly strategies: readonly string[] }[];
}

/** Each different claim once, in the order of ids. */
export function claimsOnce(privacy: Results['privacy']): readonly ClaimOnce[] {
  const all = privacy.flatMap((row) => row.claims.map((claim) => ({ ...claim, strategy: nameOf(row, privacy) })));
  return grouped(all, ({ holds, id, plain }) => JSON.stringify([id, holds, plain]))
    .map((same) => ({
      ...same[0],
      strategies: same.map(({ strategy }) => strategy),
      exact: grouped(same, ({ text }) => text).map((alike) => ({
        text: alike[0].text,
        strategies: alike.map(({ strategy }) => strategy),
      })),
    }))
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** Groups the values with equal keys, in the order of each group's first member. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()];
}

/** A strategy's name, with its release and budget where it ran more than once. */
export function nameOf(row: PrivacyRow, all: Results['privacy']): string {
  const { budget, epsilon0, release, strategy } = row;
  if (all.filter((one) => one.strategy === strategy).length === 1) return strategy;
  return `${strategy} (${release}, ${budget === null ? 'no eps' : `eps ${budget}`}${epsilon0 === null ? '' : `, eps0 ${epsilon0}`})`;
}
