/**
 * Reports a trial: its rows, its claims and its rounds.
 * @module
 */
import { isOfStrategy } from '../client/evaluation/measure.ts';
import { gainOverDraws, gainOverSeeds } from '../core/evaluation/gains.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { lossesText } from '../core/claims/losses.ts';
import { privacyStatement } from '../core/claims/claims.ts';
import { claimTerms } from '../core/claims/claim-terms.ts';
import type { PrivacyStatement } from '../core/claims/claims.ts';
import type { SeedChoice } from './choices.ts';
import { isPublished } from './options.ts';
import type { ProtocolName } from './options.ts';
import type { Variant } from './variants.ts';
import type { References } from './central.ts';
import type { GainRow, PrivacyRow, RoundRow } from './results.ts';
import type { FederationOutcome, TrialOutcome } from './trial.ts';
import type { TrialWorld } from './trial-files.ts';
import { releaseBound } from '../core/release/registry.ts';

/**
 * The target's measurements of the strategy. The target also measures reference rows, but `baselineRows` measures these
 * once per seed.
 */
export function strategyRows({ evaluation }: TrialOutcome, world: TrialWorld, variant: Variant): SeedRow[] {
  const { rows, strategy } = evaluation;
  return rows
    .filter(({ method }) => isOfStrategy(method, strategy))
    .map((row) => ({
      ...row,
      method: inVariant(row.method, strategy, variant),
      // The target names its sources in the order in which they answered, which differs between trials.
      sources: world.sources,
    }));
}

/** An encoder without one of its pieces has the same name in its manifest, but another in tables. */
function inVariant(method: string, strategy: string, variant: Variant): string {
  return `${variant.strategy}${method.slice(strategy.length)}`;
}

/** Each method's quality on the target's held-out persons. */
export function strategyChoices({ evaluation }: TrialOutcome, { target }: TrialWorld, variant: Variant): SeedChoice[] {
  const { decoder, reports, rows, strategy } = evaluation;
  return Object.entries(reports ?? { [strategy]: decoder }).flatMap(([method, { heldOut }]) => {
    const own = rows.find((row) => row.method === method);
    const { blend } = heldOut;
    if (own === undefined || !Number.isFinite(blend)) return [];
    const { release, epsilon, epsilon0 } = own;
    return [{ target, method: inVariant(method, strategy, variant), release, epsilon, epsilon0, heldOut: blend }];
  });
}

/** A gain at one seed. */
export type SeedGain = Omit<GainRow, 'per'>;

/** The target's gains of the strategy, by each decoder, over the prior. */
export function strategyGains({ evaluation }: TrialOutcome, { target }: TrialWorld, variant: Variant): SeedGain[] {
  const { gains, rows, strategy } = evaluation;
  return gains
    .filter(({ method }) => isOfStrategy(method, strategy))
    .flatMap((gain) => {
      const own = rows.find(({ method }) => method === gain.method);
      if (own === undefined) return [];
      const { release, epsilon, epsilon0 } = own;
      return [{ target, release, epsilon, epsilon0, ...gain, method: inVariant(gain.method, strategy, variant) }];
    });
}

/** Gains of the reference rows over the prior. */
export function referenceGains({ gains }: References, { target }: TrialWorld): SeedGain[] {
  return gains.map((gain) => ({ target, release: 'none', epsilon: null, epsilon0: null, ...gain }));
}

/**
 * Merges gains that differ only in the seed. Each seed has cold persons of its own, so an interval over seeds covers persons
 * too. A published split has the same persons at every seed, and its interval is over them.
 */
export function overSeeds(gains: readonly SeedGain[], protocol: ProtocolName): GainRow[] {
  const alike = new Map<string, SeedGain[]>();
  for (const gain of gains) {
    const key = JSON.stringify({ ...gain, mean: 0, low: 0, high: 0 });
    alike.set(key, [...(alike.get(key) ?? []), gain]);
  }
  return [...alike.values()].map((same) => {
    const [first] = same;
    if (same.length === 1) return { ...first, per: 'persons' };
    if (isPublished(protocol)) return { ...first, ...gainOverDraws(same), per: 'persons' };
    const { mean, low, high } = gainOverSeeds(same.map((gain) => gain.mean));
    return { ...first, mean, low, high, per: 'seeds' };
  });
}

/** The claims of a federation with this manifest that runs with seeded noise and publishes its metrics. */
export function statementOf(manifest: Manifest): PrivacyStatement {
  const terms = claimTerms(planFederation(manifest));
  return privacyStatement({
    ...terms,
    // A trial has one target; all other platforms are sources.
    codes: { ...terms.codes, targets: 1 },
    unsafeTrial: true,
    seededNoise: true,
    notCharged: ["the metrics of this simulation's table, computed from the hidden positives"],
  });
}

export function privacyRow(statement: PrivacyStatement, variant: Variant): PrivacyRow {
  return {
    strategy: variant.strategy,
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
  { rounds }: FederationOutcome,
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

/** Remarks that a reader of a trial's rows and rounds must know. */
export function remarksOn(manifest: Manifest, { evaluation }: TrialOutcome, { sources, seed }: TrialWorld): string[] {
  const { parameters, privacy, encoder } = planFederation(manifest);
  const remarks: string[] = [];
  if (parameters > 0) {
    const { platformCount: n, threshold, noiseThreshold } = privacy;
    remarks.push(`${encoder.name}: n = ${n}, t = ${threshold}, t_noise = ${noiseThreshold}: ${lossesText(privacy)}`);
  }
  const silent =
    releaseBound(manifest.privacy.release) === 'nothing-sent'
      ? []
      : sources.filter((name) => !evaluation.sources.includes(name));
  if (silent.length > 0) {
    remarks.push(
      `${encoder.name}, seed ${seed}: nothing came from ${silent.join(', ')} before the target was measured`,
    );
  }
  return remarks;
}
