/**
 * The cost of a search that publishes only its best trial: a random number of trials of one mechanism, each charged, of which the
 * output with the best score leaves and everything else stays hidden, the number of trials included (Papernot and Steinke,
 * "Hyperparameter Tuning with Renyi Differential Privacy", ICLR 2022, theorems 2 and 6).
 *
 * It holds for one holder who makes all trials alone. The sums of masked rounds are opened to everybody, so trials of those
 * are published one after the other, and their costs add up (composition.ts).
 * @module
 */
import { composed } from './composition.ts';
import type { CountedEvent } from './composition.ts';
import { parameterInvalid } from './errors.ts';
import type { EventRules, RdpCurve } from './event-rules.ts';
import { DEFAULT_ORDERS } from './orders.ts';
import { RdpAccountant } from './rdp.ts';
import type { RdpOptions } from './rdp.ts';

/** The law of the number of trials. It must not depend on data, and nobody may see the number drawn. */
export type Repetitions = TruncatedNegativeBinomial | PoissonTrials;

/** At least one trial. `eta` 0 is the logarithmic law, 1 the geometric one. */
export interface TruncatedNegativeBinomial {
  readonly law: 'truncated-negative-binomial';
  /** Above -1. */
  readonly eta: number;
  /** Between 0 and 1, both excluded; the smaller, the more trials. */
  readonly gamma: number;
}

/** Perhaps no trial: a constant is published then. */
export interface PoissonTrials {
  readonly law: 'poisson';
  /** Expected number of trials, above 0. */
  readonly mean: number;
}

/** A search whose trials release all of `trial`: the output and the score by which trials are compared. */
export interface RepeatAndSelect {
  readonly kind: 'repeat-and-select';
  readonly trial: readonly CountedEvent[];
  readonly repetitions: Repetitions;
}

/** Expected number of trials. @throws AccountantError PRIVACY_PARAMETER_INVALID */
export function expectedTrials(repetitions: Repetitions): number {
  if (repetitions.law === 'poisson') {
    if (!(repetitions.mean > 0 && repetitions.mean < Infinity)) {
      throw parameterInvalid('mean', repetitions.mean, 'a number above 0');
    }
    return repetitions.mean;
  }
  const { eta, gamma } = repetitions;
  if (!(eta > -1 && eta < Infinity)) throw parameterInvalid('eta', eta, 'a number above -1');
  if (!(gamma > 0 && gamma < 1)) throw parameterInvalid('gamma', gamma, 'a number between 0 and 1');
  if (eta === 0) return (1 / gamma - 1) / -Math.log(gamma);
  return (eta * (1 - gamma)) / (gamma * -Math.expm1(eta * Math.log(gamma)));
}

/**
 * The law of this eta with the given expected number of trials.
 * @throws AccountantError PRIVACY_PARAMETER_INVALID for a mean of at most 1: there is always one trial.
 */
export function negativeBinomialOf(eta: number, mean: number): TruncatedNegativeBinomial {
  if (!(mean > 1 && mean < Infinity)) throw parameterInvalid('mean', mean, 'a number above 1');
  const law = (gamma: number): TruncatedNegativeBinomial => ({ law: 'truncated-negative-binomial', eta, gamma });
  // The mean falls from infinity to 1 as gamma rises; the logarithm of gamma is halved until nothing is left of a double.
  let [low, high] = [-700, -1e-12];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (expectedTrials(law(Math.exp(middle))) > mean) low = middle;
    else high = middle;
  }
  return law(Math.exp(high));
}

/** Smallest epsilon at `delta` that is proven for the whole search. @throws AccountantError PRIVACY_PARAMETER_INVALID */
export function repeatAndSelectEpsilon(
  trial: readonly CountedEvent[],
  repetitions: Repetitions,
  delta: number,
  options: RdpOptions = {},
): number {
  const rules = rulesOf(options);
  return RdpAccountant.over(rules, options).compose({ kind: 'repeat-and-select', trial, repetitions }).epsilon(delta);
}

function rulesOf(options: RdpOptions): EventRules<RepeatAndSelect> {
  const { orders = DEFAULT_ORDERS } = options;
  return {
    check: ({ repetitions }) => void expectedTrials(repetitions),
    curve: ({ repetitions, trial }) => {
      const one = composed(trial, options);
      return repetitions.law === 'poisson'
        ? poissonCurve(one, repetitions)
        : negativeBinomialCurve((order) => one.rdp(order), repetitions, orders);
    },
    pureEpsilon: () => Infinity,
    failure: () => 0,
  };
}

/**
 * Theorem 2: eps(a) + (1 + eta) (1 - 1/b) eps(b) + (1 + eta) log(1 / gamma) / b + log(E[trials]) / (a - 1), for every b >= 1. At b = 1
 * the middle term is 0.
 */
function negativeBinomialCurve(
  one: RdpCurve,
  repetitions: TruncatedNegativeBinomial,
  orders: readonly number[],
): RdpCurve {
  const { eta, gamma } = repetitions;
  const selection = orders.reduce(
    (least, b) => Math.min(least, (1 - 1 / b) * one(b) - Math.log(gamma) / b),
    -Math.log(gamma),
  );
  const trials = Math.log(expectedTrials(repetitions));
  return (order) => one(order) + (1 + eta) * selection + trials / (order - 1);
}

/** Theorem 6: eps(a) + mean delta(log(1 + 1 / (a - 1))) + log(mean) / (a - 1), where a trial is (e, delta(e))-DP for every e. */
function poissonCurve(one: RdpAccountant<CountedEvent['event']>, { mean }: PoissonTrials): RdpCurve {
  return (order) => one.rdp(order) + mean * one.delta(Math.log1p(1 / (order - 1))) + Math.log(mean) / (order - 1);
}
