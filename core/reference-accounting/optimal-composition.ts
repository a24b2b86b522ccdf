/**
 * Composition of k equal (epsilon, delta)-DP mechanisms about which nothing else is known.
 * Kairouz, Oh and Viswanath 2015, "The Composition Theorem for Differential Privacy", Theorem 3.3: for i = 0 ... k/2 the
 * composition is ((k - 2i) epsilon, 1 - (1 - delta)^k (1 - delta_i))-DP, and no smaller delta holds at those epsilons.
 * @module
 */
import { logBinomial } from '../accounting/special/gamma.ts';
import { parameterInvalid } from '../accounting/errors.ts';

/** Least of the theorem's epsilons whose delta is at most `targetDelta`; Infinity if there is none. */
export function optimalComposition(epsilon: number, delta: number, count: number, targetDelta: number): number {
  if (!(epsilon >= 0)) throw parameterInvalid('epsilon', epsilon, 'a number >= 0');
  if (!Number.isInteger(count) || count < 1) throw parameterInvalid('count', count, 'an integer >= 1');
  const survive = Math.exp(count * Math.log1p(-delta));
  let best = Infinity;
  for (let i = 0; 2 * i <= count; i++) {
    const composed = 1 - survive * (1 - deltaAt(epsilon, count, i));
    if (composed <= targetDelta + 1e-15) best = (count - 2 * i) * epsilon;
  }
  return best;
}

/** delta_i = sum over l < i of binomial(k, l) (e^{(k - l) eps} - e^{(k - 2i + l) eps}) / (1 + e^eps)^k. */
function deltaAt(epsilon: number, count: number, i: number): number {
  const logNorm = count * (epsilon + Math.log1p(Math.exp(-epsilon)));
  let sum = 0;
  for (let l = 0; l < i; l++) {
    const term = logBinomial(count, l) + (count - l) * epsilon - logNorm;
    sum += Math.exp(term) * -Math.expm1(2 * (l - i) * epsilon);
  }
  return Math.min(1, sum);
}
