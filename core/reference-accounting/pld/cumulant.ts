/**
 * Cumulant generating functions of privacy losses, for Chernoff bounds and for the choice of a tilt.
 * @module
 */
import type { LossDistribution } from './connect-the-dots.ts';

/** `count` independent draws from one distribution. */
export interface RepeatedLoss {
  readonly losses: LossDistribution;
  readonly count: number;
}

/** log of sum_i p_i exp(theta l_i) over the finite losses: exact up to rounding. */
export function cumulant({ step, lowest, masses }: LossDistribution, theta: number): number {
  // The largest exponent is at one of the ends. Relative to it, nothing overflows.
  const reference = theta * step * (theta > 0 ? lowest + masses.length - 1 : lowest);
  let sum = 0;
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] > 0) sum += masses[i] * Math.exp(theta * step * (lowest + i) - reference);
  }
  if (sum > 0 && Number.isFinite(sum)) return reference + Math.log(sum);
  return reference;
}

const BUCKETS_PER_FOLD = 16;

/**
 * A few hundred buckets instead of the whole grid: fine near 0 and at both ends, and geometric elsewhere. A sketch is exact
 * enough to choose a tilt, because every tilt gives a valid bound. No bound uses the sketch itself.
 */
export class LossSketch {
  readonly #losses: Float64Array;
  readonly #logMasses: Float64Array;

  constructor({ step, lowest, masses }: LossDistribution) {
    const losses: number[] = [];
    const logMasses: number[] = [];
    let i = 0;
    while (i < masses.length) {
      const width = Math.max(
        1,
        Math.floor(Math.min(Math.abs(lowest + i), i, masses.length - 1 - i) / BUCKETS_PER_FOLD),
      );
      let mass = 0;
      let moment = 0;
      const end = Math.min(masses.length, i + width);
      for (let j = i; j < end; j++) {
        mass += masses[j];
        moment += masses[j] * (lowest + j);
      }
      if (mass > 0) {
        losses.push((step * moment) / mass);
        logMasses.push(Math.log(mass));
      }
      i = end;
    }
    this.#losses = Float64Array.from(losses);
    this.#logMasses = Float64Array.from(logMasses);
  }

  cumulant(theta: number): number {
    let largest = -Infinity;
    for (let i = 0; i < this.#losses.length; i++) {
      largest = Math.max(largest, this.#logMasses[i] + theta * this.#losses[i]);
    }
    let sum = 0;
    for (let i = 0; i < this.#losses.length; i++) {
      sum += Math.exp(this.#logMasses[i] + theta * this.#losses[i] - largest);
    }
    return largest + Math.log(sum);
  }
}

/** Minimises a function over theta in [low, high] that is unimodal in log(theta). Returns the argument and the value. */
export function leastOverTilts(
  objective: (theta: number) => number,
  low = 1e-4,
  high = 1e5,
): { readonly theta: number; readonly value: number } {
  const golden = (Math.sqrt(5) - 1) / 2;
  let a = Math.log(low);
  let b = Math.log(high);
  let left = b - golden * (b - a);
  let right = a + golden * (b - a);
  let atLeft = objective(Math.exp(left));
  let atRight = objective(Math.exp(right));
  while (b - a > 0.02) {
    if (atLeft <= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - golden * (b - a);
      atLeft = objective(Math.exp(left));
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + golden * (b - a);
      atRight = objective(Math.exp(right));
    }
  }
  return atLeft < atRight ? { theta: Math.exp(left), value: atLeft } : { theta: Math.exp(right), value: atRight };
}
