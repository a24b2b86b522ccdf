/**
 * A mixture of Gaussians sum_i p_i N(s_i, sigma^2) against N(0, sigma^2), all s_i >= 0. It describes a person who takes part with
 * a random weight, for example on several platforms with a coin on each. This one-dimensional pair dominates the vector-valued
 * release (Choquette-Choo et al. 2024, "Privacy Amplification for Matrix Mechanisms", Theorem 3.1).
 * @module
 */
import { parameterInvalid } from '../../accounting/errors.ts';
import { normalTail, normalTailQuantile } from '../../accounting/special/normal.ts';
import type { MixtureOfGaussians } from '../reference-event.ts';
import type { LossPair } from './loss-pair.ts';

export function mixturePair(event: MixtureOfGaussians): LossPair {
  const { shifts, weights } = checked(event);
  const most = Math.max(...shifts);
  const stillWeight = shifts.reduce((sum, s, i) => (s === 0 ? sum + weights[i] : sum), 0);
  const floor = stillWeight > 0 ? Math.log(stillWeight) : -Infinity;
  const logWeights = weights.map(Math.log);
  const terms = new Float64Array(shifts.length);

  /** l at x, in units of sigma; its derivative goes into `slope`. */
  let slope = 0;
  const lossAt = (x: number): number => {
    let largest = -Infinity;
    for (let i = 0; i < terms.length; i++) {
      terms[i] = logWeights[i] + shifts[i] * (x - shifts[i] / 2);
      if (terms[i] > largest) largest = terms[i];
    }
    let sum = 0;
    let moment = 0;
    for (let i = 0; i < terms.length; i++) {
      const e = Math.exp(terms[i] - largest);
      sum += e;
      moment += e * shifts[i];
    }
    slope = moment / sum;
    return largest + Math.log(sum);
  };

  // Callers ask for neighbouring grid points one after the other, so the next search starts from the last answer.
  let last = { loss: NaN, x: NaN };
  /** x with l(x) = loss > floor. l is convex and increasing: after one step Newton's method comes down from the right. */
  const inverse = (loss: number): number => {
    // For every i, log p_i + s_i (x - s_i / 2) <= l(x). Where that line reaches `loss`, l has reached it as well.
    let right = Infinity;
    for (const [i, s] of shifts.entries()) if (s > 0) right = Math.min(right, (loss - logWeights[i]) / s + s / 2);
    let x = Math.abs(loss - last.loss) < 0.01 ? last.x : right;
    for (let step = 0; step < 200; step++) {
      const move = (lossAt(x) - loss) / slope;
      x = Math.min(right, x - move);
      if (Math.abs(move) <= 1e-14 * Math.max(1, Math.abs(x))) break;
    }
    last = { loss, x };
    return x;
  };

  return {
    symmetric: false,
    tails(loss, out) {
      if (loss <= floor) {
        out.upperAbove = out.lowerAbove = 1;
        out.upperBelow = out.lowerBelow = 0;
        return;
      }
      const x = inverse(loss);
      out.lowerAbove = normalTail(x);
      out.lowerBelow = normalTail(-x);
      out.upperAbove = 0;
      out.upperBelow = 0;
      for (const [i, s] of shifts.entries()) {
        out.upperAbove += weights[i] * normalTail(x - s);
        out.upperBelow += weights[i] * normalTail(s - x);
      }
    },
    range(tail) {
      const reach = normalTailQuantile(Math.log(tail));
      return { lowest: Math.max(floor, lossAt(-reach)), highest: lossAt(most + reach) };
    },
  };
}

/** Checks an event. Returns the shifts of positive weight, in units of sigma, and the weights, which sum to 1. */
function checked(event: MixtureOfGaussians): {
  readonly shifts: readonly number[];
  readonly weights: readonly number[];
} {
  const { sigma, sensitivities, probabilities } = event;
  if (!(sigma > 0)) throw parameterInvalid('sigma', sigma, 'a number > 0');
  if (sensitivities.length !== probabilities.length) {
    throw parameterInvalid('probabilities', probabilities.length, `as many as sensitivities (${sensitivities.length})`);
  }
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (!(Math.abs(sum - 1) < 1e-9) || probabilities.some((p) => p < 0)) {
    throw parameterInvalid('probabilities', probabilities.join(', '), 'numbers >= 0 that sum to 1');
  }
  const kept = sensitivities.map((s, i) => [s, probabilities[i]] as const).filter(([, p]) => p > 0);
  for (const [s] of kept) if (!(s >= 0)) throw parameterInvalid('sensitivities', s, 'numbers >= 0');
  if (!kept.some(([s]) => s > 0)) throw parameterInvalid('sensitivities', 'all 0', 'one above 0');
  return { shifts: kept.map(([s]) => s / sigma), weights: kept.map(([, p]) => p / sum) };
}
