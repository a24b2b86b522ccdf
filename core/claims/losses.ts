/**
 * Losses that a federation's sums survive, and their price, in words.
 * @module
 */
import { priceOfLosses } from '../privacy/plan/trust.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';

/** Undefined where there is no masked sum. */
export function lossesText(plan: PrivacyPlan): string | undefined {
  const { maskedSum, platformCount: n, dropouts, budget } = plan;
  if (!maskedSum) return undefined;
  if (dropouts === 0) return 'no platform may be lost in a round: an attempt that loses one is tried again';
  const survives = `a round completes without up to ${dropouts} of its ${n} platforms`;
  if (budget === null) return survives;
  const percent = 100 * (priceOfLosses(plan) - 1);
  return `${survives}, for ${percent.toFixed(0)} % more noise in its sum than if none could be lost (--dropouts 0)`;
}
