/**
 * Answers from a finished plan: epsilon against a number of colluding platforms, and one platform's sum by its label.
 * @module
 */
import { composedEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { PlannedSum } from '../mechanism/mechanism.ts';
import { eventKnowingCoins, worstPersonEvents } from './plan-events.ts';
import type { PrivacyPlan } from './privacy-plan.ts';
import { noiseSharesAgainst } from './trust.ts';

/**
 * Epsilon at the plan's delta against this many platforms that collude with the coordinator, over whatever they can see
 * together; null where the plan has none.
 */
export function epsilonAgainst(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const at = (shares: number): number => composedEpsilon(worstPersonEvents(plan, shares), plan.delta);
  const shares = noiseSharesAgainst(plan, colluders);
  // Of drawn persons more is proven against one share than against a sum; what holds against one holds against more.
  return plan.samplingRate < 1 ? Math.min(at(shares), at(1)) : at(shares);
}

/** The same against somebody who also knows, of every masked sum, which persons were drawn: sampling gains nothing then. */
export function epsilonKnowingCoins(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const events = worstPersonEvents(plan, noiseSharesAgainst(plan, colluders), eventKnowingCoins);
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
