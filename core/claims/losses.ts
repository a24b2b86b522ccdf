/**
 * The losses that a federation's sums survive, and their price, in words.
 * @module
 */
import { priceOfLosses } from '../privacy/plan/trust.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';

/** The losses and their price as a part of a sentence; undefined if there is no masked sum. */
export function lossesText(plan: PrivacyPlan): string | undefined {
  const { maskedSum, platformCount: n, dropouts, budget } = plan;
  if (!maskedSum) return undefined;
  if (dropouts === 0) return 'no platform may be lost in a round: an attempt that loses one fails and is repeated';
  const survives = `a round still completes if up to ${dropouts} of its ${n} platforms are lost`;
  if (budget === null) return survives;
  const percent = 100 * (priceOfLosses(plan) - 1);
  return `${survives}, at the price of ${percent.toFixed(0)} % more noise in its sum than with --dropouts 0`;
}
