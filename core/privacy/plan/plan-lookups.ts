/**
 * Answers from a finished plan: epsilon against a number of colluding platforms, and one platform's sum by its label.
 * @module
 */
import { composedEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { PlannedSum } from '../mechanism/mechanism.ts';
import { openingsAgainst } from './openings.ts';
import { eventKnowingCoins, worstPersonEvents } from './plan-events.ts';
import type { MaskedSumSight } from './plan-events.ts';
import type { PrivacyPlan } from './privacy-plan.ts';
import { noiseSharesAgainst } from './trust.ts';

/**
 * Epsilon at the plan's delta against a deviating coordinator and this many platforms that collude with it, over whatever
 * they can see together; null where the plan has none.
 */
export function epsilonAgainst(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const sight = sightOf(plan, colluders);
  const at = (noiseShares: number): number =>
    composedEpsilon(worstPersonEvents(plan, { ...sight, noiseShares }), plan.delta);
  // For drawn persons the accountant proves more of one share than of a sum of them. A sum with more noise is no worse.
  return plan.samplingRate < 1 ? Math.min(at(sight.noiseShares), at(1)) : at(sight.noiseShares);
}

/** Opened masked sums with one platform's data in them that {@link epsilonAgainst} counts; 0 without rounds. */
export function planOpenings(plan: PrivacyPlan, colluders: number): number {
  return plan.rounds === 0 ? 0 : sightOf(plan, colluders).openings(plan.rounds + plan.spareAttempts);
}

function sightOf(plan: PrivacyPlan, colluders: number): MaskedSumSight {
  return {
    noiseShares: noiseSharesAgainst(plan, colluders),
    openings: (attempts) => openingsAgainst(plan, { attempts, refunds: plan.refunds }, colluders),
  };
}

/** The same against somebody who also knows, of every masked sum, which persons were drawn: sampling gains nothing then. */
export function epsilonKnowingCoins(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const events = worstPersonEvents(plan, { ...sightOf(plan, colluders), event: eventKnowingCoins });
  return composedEpsilon(events, plan.delta);
}

/** @throws PrivacyError PRIVACY_UNDECLARED_SUM naming what the plan has. */
export function plannedSum(plan: PrivacyPlan, platform: string, label: string): PlannedSum {
  const sums = plan.sums[platform] ?? [];
  const sum = sums.find((candidate) => candidate.label === label);
  if (sum !== undefined) return sum;
  throw new PrivacyError(
    'PRIVACY_UNDECLARED_SUM',
    `platform ${platform} declared no sum "${label}"; its plan has ${sums.map((known) => known.label).join(', ') || 'none'}`,
  );
}
