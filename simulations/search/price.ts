/**
 * The price of searching settings of what leaves on one's own data: the epsilon that is left for each trial.
 * @module
 */
import { leastSafe } from '../../core/accounting/calibrate.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import type { CountedEvent } from '../../core/accounting/composition.ts';
import { negativeBinomialOf, repeatAndSelectEpsilon } from '../../core/accounting/repeat-and-select.ts';

export interface SearchPrice {
  readonly trials: number;
  /** Epsilon of each trial, if all are published and their costs add up, as for masked rounds. */
  readonly composed: number;
  /** Epsilon of each trial, if one source alone makes a logarithmic number of trials of this mean and publishes the best. */
  readonly selected: number;
}

/** The noise is Gaussian. The whole search costs at most `epsilon` at `delta`. */
export function priceOf(epsilon: number, delta: number, trials: number): SearchPrice {
  const one = (z: number, count = 1): CountedEvent[] => [{ event: { kind: 'gaussian', noiseMultiplier: z }, count }];
  const law = negativeBinomialOf(0, trials);
  const ofTrial = (costOf: (z: number) => number): number => {
    const found = leastSafe(costOf, epsilon, 1, 1e-6);
    return found === null ? 0 : composedEpsilon(one(found.safe), delta);
  };
  return {
    trials,
    composed: ofTrial((z) => composedEpsilon(one(z, trials), delta)),
    selected: ofTrial((z) => repeatAndSelectEpsilon(one(z), law, delta)),
  };
}
