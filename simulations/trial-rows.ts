/**
 * What a trial is reported as: its claims and its rounds.
 * @module
 */
import type { Manifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { privacyStatement } from '../core/privacy/claims.ts';
import type { PrivacyStatement } from '../core/privacy/claims.ts';
import { baselines } from '../core/transfer/baselines/registry.ts';
import type { Variant } from './options.ts';
import type { PrivacyRow, RoundRow } from './results.ts';
import type { TrialOutcome } from './trial.ts';

/** Rows the target measures in every trial of a seed; they are the same, and counted once. */
export const REFERENCE_METHODS: ReadonlySet<string> = new Set(baselines.map(({ name }) => name));

/** What a federation with this manifest claims, run with seeded noise and with its metrics published. */
export function statementOf(manifest: Manifest): PrivacyStatement {
  const plan = planFederation(manifest);
  return privacyStatement({
    strategy: plan.strategy.name,
    profile: plan.strategy.privacy,
    plan: plan.privacy,
    release: { name: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
    // The others of a trial are sources.
    targetsPerPerson: 1,
    seededNoise: true,
    notCharged: ["the metrics of this simulation's table, computed from the hidden positives"],
  });
}

export function privacyRow(statement: PrivacyStatement, variant: Variant): PrivacyRow {
  return {
    strategy: statement.strategy,
    release: variant.release,
    unit: statement.unit,
    mechanism: statement.mechanism,
    accountant: `${statement.accountant.name} ${statement.accountant.version}`,
    epsilon: statement.epsilon,
    epsilon0: statement.epsilon0,
    budget: variant.budget,
    delta: statement.delta,
    rounds: statement.rounds,
    noiseMultiplier: statement.noiseMultiplier,
    maxPlatformsPerPerson: statement.maxPlatformsPerPerson,
    honestMinimum: statement.honestMinimum,
    noiseShares: statement.noiseShares,
    epsilonAgainst: [...statement.epsilonAgainst],
    claims: statement.claims.map((claim) => ({ ...claim })),
    notCharged: [...statement.notCharged],
    warnings: [...statement.warnings],
  };
}

export function roundRows(
  { rounds }: TrialOutcome,
  { seed, strategy, release, epsilon }: Variant & { readonly seed: string },
): RoundRow[] {
  return rounds.map(({ round, attempt, end, epsilonSpent, modelChange, stageSeconds }) => ({
    seed,
    strategy,
    release,
    epsilon,
    round,
    attempt,
    outcome: end?.outcome ?? 'abandoned',
    platforms: end?.platforms.length ?? 0,
    epsilonSpent: end?.charged === true ? epsilonSpent : null,
    modelChange,
    milliseconds: Object.fromEntries(
      Object.entries(stageSeconds).map(([stage, seconds]) => [stage, Math.round(seconds * 1000)]),
    ),
  }));
}
