/**
 * Reports a trial: its rows, its claims and its rounds.
 * @module
 */
import { isOfStrategy } from '../client/evaluation/measure.ts';
import type { ColdPerson } from '../core/data/cold-person.ts';
import { clusteredGain } from '../core/evaluation/clustered-gain.ts';
import type { PersonQuality } from '../core/evaluation/per-person.ts';
import { mean } from '../core/evaluation/results.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import { planFederation } from '../core/federation/plan.ts';
import { lossesText } from '../core/claims/losses.ts';
import { privacyStatement } from '../core/claims/claims.ts';
import { claimTerms } from '../core/claims/claim-terms.ts';
import type { PrivacyStatement } from '../core/claims/claims.ts';
import type { SeedChoice } from './choices.ts';
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

/** The strategy's quality for each cold person, by each decoder. */
export function strategyQualities({ evaluation }: TrialOutcome, variant: Variant): PersonQuality[] {
  const { perPerson, strategy } = evaluation;
  return perPerson
    .filter(({ method }) => isOfStrategy(method, strategy))
    .map((one) => ({ ...one, method: inVariant(one.method, strategy, variant) }));
}

/** The cold persons who are ranked: the file of hidden positives names nobody without one. */
export function rankedPersons(cold: readonly ColdPerson[]): readonly ColdPerson[] {
  return cold.filter(({ positives }) => positives.length > 0);
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

/** The gains of one method at one seed, for each cold person who has positives. */
export interface SeedGain extends Omit<GainRow, 'mean' | 'low' | 'high' | 'per' | 'persons'> {
  readonly persons: readonly string[];
  /** Number of positives of each person. */
  readonly counts: readonly number[];
  /** Difference in NDCG@10 of each person, summed over the positives. */
  readonly gains: readonly number[];
}

/** The target's gains of the strategy, by each decoder, over the prior. */
export function strategyGains({ evaluation }: TrialOutcome, world: TrialWorld, variant: Variant): SeedGain[] {
  const { perPerson, rows, strategy } = evaluation;
  return gainsOverPrior(perPerson, world.cold).flatMap((gain) => {
    const own = rows.find(({ method }) => method === gain.method && isOfStrategy(method, strategy));
    if (own === undefined) return [];
    const { release, epsilon, epsilon0 } = own;
    const method = inVariant(gain.method, strategy, variant);
    return [{ ...gain, target: world.target, release, epsilon, epsilon0, method }];
  });
}

/** Gains of the reference rows over the prior. */
export function referenceGains({ perPerson }: References, { cold, target }: TrialWorld): SeedGain[] {
  const nothing = { release: 'none', epsilon: null, epsilon0: null };
  return gainsOverPrior(perPerson, cold).map((gain) => ({ ...gain, target, ...nothing }));
}

type PersonGains = Pick<SeedGain, 'method' | 'over' | 'negatives' | 'metric' | 'persons' | 'counts' | 'gains'>;

function gainsOverPrior(perPerson: readonly PersonQuality[], cold: readonly ColdPerson[]): PersonGains[] {
  const ranked = rankedPersons(cold);
  const persons = ranked.map(({ person }) => person);
  const counts = ranked.map(({ positives }) => positives.length);
  return perPerson.flatMap(({ method, negatives, sums }) => {
    const prior = perPerson.find((one) => one.method === 'prior' && one.negatives === negatives)?.sums;
    if (prior === undefined || method === 'prior') return [];
    if (sums.length !== persons.length) {
      throw new RangeError(`${method} ranked ${sums.length} persons where ${persons.length} are cold`);
    }
    const gains = sums.map((sum, person) => sum - prior[person]);
    return [{ method, over: 'prior', negatives, metric: 'NDCG@10', persons, counts, gains }];
  });
}

/**
 * Merges gains that differ only in the seed. The interval covers another choice of persons and of seeds. Seeds share persons (a
 * published split has the same ones at every seed), and a person of several seeds counts as one.
 */
export function overSeeds(gains: readonly SeedGain[]): GainRow[] {
  const alike = new Map<string, SeedGain[]>();
  for (const gain of gains) {
    const { persons: _, counts: __, gains: ___, ...subject } = gain;
    const key = JSON.stringify(subject);
    alike.set(key, [...(alike.get(key) ?? []), gain]);
  }
  return [...alike].map(([key, seeds]) => {
    const { persons: _, counts: __, gains: ___, ...subject } = seeds[0];
    const { low, high, n } = clusteredGain([seeds], key);
    return {
      ...subject,
      // As in the rows of the methods, every seed weighs the same.
      mean: mean(seeds.map(({ counts, gains: values }) => mean(values) / mean(counts))),
      low,
      high,
      per: seeds.length === 1 ? 'persons' : 'persons and seeds',
      persons: n,
    };
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
