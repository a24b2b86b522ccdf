/**
 * The accountant of privacy loss distributions, the tightest there is for events that have a dominating pair.
 * @module
 */
import type { Accountant } from '../../accounting/accountant.ts';
import { eventUnsupported, parameterInvalid } from '../../accounting/errors.ts';
import { gaussianDelta, gaussianEpsilon, gaussianTradeOff } from '../../accounting/gaussian-exact.ts';
import type { ReferenceEvent } from '../reference-event.ts';
import { referenceRules } from '../reference-rules.ts';
import { treeDepth } from '../tree-aggregation.ts';
import { ComposedLoss } from './composed-loss.ts';
import { connectTheDots } from './connect-the-dots.ts';
import type { DirectedLosses } from './connect-the-dots.ts';
import { eventPair } from './event-pair.ts';
import { gaussianPair } from './gaussian-pair.ts';
import { DIRECTIONS } from './loss-pair.ts';
import type { Direction, LossPair } from './loss-pair.ts';

/** Grid step of the losses, if the caller gives none. */
const DEFAULT_STEP = 1e-4;

/** Relative amount by which answers are raised for rounding, in addition to the absolute amounts in every delta. */
const PLD_ROUNDING = 1e-10;

interface Release {
  readonly pair: LossPair;
  readonly count: number;
}

export interface PldOptions {
  /** Grid step of the losses, in (0, 0.1]. Answers are above the exact ones; half the step gives a quarter of the difference. */
  readonly step?: number;
}

export class PldAccountant implements Accountant<ReferenceEvent> {
  readonly #step: number;
  readonly #releases: readonly Release[];
  /** Sum of 1 / z^2 over the plain Gaussians, which compose to one Gaussian. */
  readonly #squaredShift: number;
  readonly #pure: number;
  /** Discretised pairs, shared along a chain of compositions. */
  readonly #losses: WeakMap<LossPair, DirectedLosses>;
  #composed: readonly ComposedLoss[] | null = null;

  private constructor(
    step: number,
    releases: readonly Release[],
    squaredShift: number,
    pure: number,
    losses: WeakMap<LossPair, DirectedLosses>,
  ) {
    this.#step = step;
    this.#releases = releases;
    this.#squaredShift = squaredShift;
    this.#pure = pure;
    this.#losses = losses;
  }

  /** An accountant with nothing charged. */
  static empty({ step = DEFAULT_STEP }: PldOptions = {}): PldAccountant {
    if (!(step > 0 && step <= 0.1)) throw parameterInvalid('step', step, 'a number in (0, 0.1]');
    return new PldAccountant(step, [], 0, 0, new WeakMap());
  }

  compose(event: ReferenceEvent, count = 1): PldAccountant {
    if (!Number.isInteger(count) || count < 0) throw parameterInvalid('count', count, 'an integer >= 0');
    referenceRules.check(event);
    if (count === 0) return this;
    const pure = this.#pure + count * referenceRules.pureEpsilon(event);
    const shift = squaredGaussianShift(event);
    if (shift !== null) return this.#with(this.#releases, this.#squaredShift + count * shift, pure);
    const pair = eventPair(event);
    if (pair === null) {
      throw eventUnsupported('pld', event.kind, 'use the RDP accountant for it');
    }
    return this.#with([...this.#releases, { pair, count }], this.#squaredShift, pure);
  }

  epsilon(delta: number): number {
    if (!(delta >= 0 && delta <= 1)) throw parameterInvalid('delta', delta, 'a number in [0, 1]');
    if (this.#squaredShift === Infinity) return delta < 1 ? Infinity : 0;
    const found =
      this.#releases.length === 0
        ? gaussianEpsilon(Math.sqrt(this.#squaredShift), delta)
        : Math.max(...this.#directions().map((losses) => losses.epsilon(delta)));
    return Math.min(found, this.#pure) * (1 + PLD_ROUNDING);
  }

  delta(epsilon: number): number {
    if (!(epsilon >= 0)) throw parameterInvalid('epsilon', epsilon, 'a number >= 0');
    if (epsilon >= this.#pure * (1 + PLD_ROUNDING)) return 0;
    if (this.#squaredShift === Infinity) return 1;
    const found =
      this.#releases.length === 0
        ? gaussianDelta(Math.sqrt(this.#squaredShift), epsilon)
        : Math.max(...this.#directions().map((losses) => losses.delta(epsilon)));
    return Math.min(1, found * (1 + PLD_ROUNDING));
  }

  /**
   * Upper bound on the true positive rate of any test for one person's presence, at this false positive rate. It is the trade-off
   * curve in the direction in which it is larger.
   */
  truePositiveRate(falsePositiveRate: number): number {
    const fpr = falsePositiveRate;
    if (!(fpr >= 0 && fpr <= 1)) throw parameterInvalid('falsePositiveRate', fpr, 'a number in [0, 1]');
    if (this.#squaredShift === Infinity) return 1;
    if (this.#releases.length === 0) {
      return Math.min(1, gaussianTradeOff(Math.sqrt(this.#squaredShift), fpr) * (1 + PLD_ROUNDING));
    }
    const rates = this.#directions().map((losses) => leastLine(losses, fpr));
    return Math.min(1, Math.max(...rates) * (1 + PLD_ROUNDING));
  }

  #with(releases: readonly Release[], squaredShift: number, pure: number): PldAccountant {
    return new PldAccountant(this.#step, releases, squaredShift, pure, this.#losses);
  }

  /** The composition in both directions, or only once if they are equal. */
  #directions(): readonly ComposedLoss[] {
    if (this.#composed === null) {
      const gaussian: readonly Release[] =
        this.#squaredShift > 0 ? [{ pair: gaussianPair(1 / Math.sqrt(this.#squaredShift)), count: 1 }] : [];
      const terms = [...this.#releases, ...gaussian].map(({ pair, count }) => ({
        losses: this.#discretised(pair),
        count,
      }));
      const directed = (direction: Direction): ComposedLoss =>
        new ComposedLoss(terms.map(({ losses, count }) => ({ losses: losses[direction], count })));
      const symmetric = terms.every(({ losses }) => losses.add === losses.remove);
      this.#composed = (symmetric ? (['remove'] as const) : DIRECTIONS).map(directed);
    }
    return this.#composed;
  }

  #discretised(pair: LossPair): DirectedLosses {
    const known = this.#losses.get(pair) ?? connectTheDots(pair, this.#step);
    this.#losses.set(pair, known);
    return known;
  }
}

/** 1 / z^2 of an event that is one continuous Gaussian; Infinity without protection; null for other events. */
function squaredGaussianShift(event: ReferenceEvent): number | null {
  switch (event.kind) {
    case 'gaussian':
      return event.noiseMultiplier ** -2;
    case 'tree-aggregation':
      return treeDepth(event.steps) * event.noiseMultiplier ** -2;
    case 'unprotected':
      return Infinity;
    default:
      return null;
  }
}

/** The trade-off curve as a lower envelope of lines: min over epsilon, of either sign, of delta(epsilon) + exp(epsilon) fpr. */
function leastLine(losses: ComposedLoss, fpr: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const line = (epsilon: number): number => losses.delta(epsilon) + Math.exp(epsilon) * fpr;
  let low = -20;
  let high = Math.max(1, fpr > 0 ? Math.min(700, -Math.log(fpr) + 1) : 700);
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let [atLeft, atRight] = [line(left), line(right)];
  while (high - low > 1e-4) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = line(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = line(right);
    }
  }
  return Math.min(1, atLeft, atRight);
}
