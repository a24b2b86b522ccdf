/**
 * Lower bounds on epsilon from one run with many canaries, each in or out by a fair coin. An attacker ranks the
 * canaries by a score, guesses some of them in or out and abstains on the rest. Too many right guesses contradict a
 * claimed (epsilon, delta).
 *
 * `oneRunLowerBound` holds for every mechanism (Steinke, Nasr and Jagielski 2023, "Privacy Auditing with One Training
 * Run"). `gaussianOneRunLowerBound` assumes that the mechanism's trade-off curve is that of a Gaussian (Mahloujifar,
 * Melis and Chaudhuri 2024, "Auditing f-Differential Privacy in One Run"). Under that hypothesis it is much closer to
 * the truth, and it is the bound that detects a halved noise.
 * @module
 */
import { gaussianNoiseMultiplier, gaussianTradeOff } from '../accounting/gaussian-exact.ts';
import { binomialUpperTail } from '../accounting/special/beta.ts';

/** An attacker's result. */
export interface Guesses {
  /** m: number of canaries, each in or out by its own fair coin. */
  readonly canaries: number;
  /** Number of canaries on which the attacker did not abstain. It must be fixed before the scores are seen. */
  readonly guesses: number;
  readonly correct: number;
}

/** Upper bound on P[at least `correct` right guesses] if the mechanism were (epsilon, delta)-DP. */
export function oneRunPValue({ canaries, guesses, correct }: Guesses, epsilon: number, delta: number): number {
  const truth = 1 / (1 + Math.exp(-epsilon));
  const beta = binomialUpperTail(correct, guesses, truth);
  if (delta === 0) return beta;
  let alpha = 0;
  for (let i = 1; i <= correct; i++) {
    alpha = Math.max(alpha, (binomialUpperTail(correct - i, guesses, truth) - beta) / i);
  }
  return Math.min(1, beta + 2 * canaries * delta * alpha);
}

/** Largest epsilon whose claim the guesses contradict at this significance; 0 if there is none. */
export function oneRunLowerBound(guesses: Guesses, significance: number, delta: number): number {
  return largestContradicted((epsilon) => oneRunPValue(guesses, epsilon, delta) < significance);
}

/** Largest epsilon whose claim the guesses contradict, if the mechanism's trade-off curve is that of a Gaussian; 0 if none. */
export function gaussianOneRunLowerBound(guesses: Guesses, significance: number, delta: number): number {
  return largestContradicted((epsilon) => contradictsGaussian(guesses, significance, epsilon, delta));
}

/**
 * True if these guesses contradict the Gaussian mechanism that is (epsilon, delta)-DP. The loop goes down from
 * `correct` right guesses; r and h are the largest probabilities that k or more right guesses can have.
 */
export function contradictsGaussian(guesses: Guesses, significance: number, epsilon: number, delta: number): boolean {
  const { canaries, guesses: made, correct } = guesses;
  const mu = 1 / gaussianNoiseMultiplier(epsilon, delta);
  let r = (significance * correct) / canaries;
  let h = (significance * (made - correct)) / canaries;
  for (let right = correct - 1; right >= 0; right--) {
    // Blow-up inverse: the least mass of a set in the neighbour's output that has mass r here, Phi(Phi^-1(r) - mu).
    const next = Math.max(h, 1 - gaussianTradeOff(mu, 1 - r));
    if (next === h) break;
    r = Math.min(1, r + (right / (made - right)) * (next - h));
    h = next;
  }
  return r + h > made / canaries;
}

/** Upper end of the one-sided Clopper-Pearson interval for a binomial proportion. */
export function clopperPearsonUpper(successes: number, trials: number, significance: number): number {
  if (successes >= trials) return 1;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    // P[at most k successes] falls with p.
    if (1 - binomialUpperTail(successes + 1, trials, middle) > significance) low = middle;
    else high = middle;
  }
  return high;
}

const LARGEST_EPSILON = 64;

function largestContradicted(contradicted: (epsilon: number) => boolean): number {
  let low = 0;
  if (!contradicted(1e-9)) return 0;
  let high = 1;
  while (contradicted(high)) {
    low = high;
    high *= 2;
    if (high > LARGEST_EPSILON) return low;
  }
  while (high - low > 1e-7) {
    const middle = (low + high) / 2;
    if (contradicted(middle)) low = middle;
    else high = middle;
  }
  return low;
}
