/**
 * The Rényi accountant: it adds the curves of all releases order by order, and converts the sum once at the end.
 * @module
 */
import type { Accountant, PrivacyEvent } from './accountant.ts';
import { epsilonFromRdp, isIndistinguishable, logDeltaFromRdp } from './conversion.ts';
import { eventUnsupported, parameterInvalid } from './errors.ts';
import type { EventRules, RdpCurve } from './event-rules.ts';
import { DEFAULT_ORDERS } from './orders.ts';
import { releaseRules } from './release-rules.ts';
import { roundUp } from './rounding.ts';

export interface RdpOptions {
  /** Orders at which curves are evaluated, each > 1. Default: `DEFAULT_ORDERS`. */
  readonly orders?: readonly number[];
  /**
   * True (the default) to search between the two orders next to the best one. That is sound because every order gives a valid
   * bound. False reproduces the figures of an accountant that does not search.
   */
  readonly refine?: boolean;
}

interface Tally {
  readonly terms: readonly { readonly curve: RdpCurve; readonly count: number }[];
  /** Summed RDP at each of the orders. */
  readonly rho: Float64Array;
  /** Sum of the events' pure epsilons; Infinity if one of the events is not pure. */
  readonly pure: number;
  /** Probability that some (epsilon, delta) event fails. */
  readonly failure: number;
}

export class RdpAccountant<Event extends { readonly kind: string }> implements Accountant<Event> {
  readonly #rules: EventRules<Event>;
  readonly #orders: readonly number[];
  readonly #refine: boolean;
  readonly #tally: Tally;

  private constructor(rules: EventRules<Event>, orders: readonly number[], refine: boolean, tally: Tally) {
    this.#rules = rules;
    this.#orders = orders;
    this.#refine = refine;
    this.#tally = tally;
  }

  /** An accountant of a federation's releases, with nothing charged. */
  static empty(options: RdpOptions = {}): RdpAccountant<PrivacyEvent> {
    return RdpAccountant.over(releaseRules, options);
  }

  /**
   * An empty accountant of other events, which reads them by `rules`.
   * @throws AccountantError PRIVACY_PARAMETER_INVALID if an order is not above 1.
   */
  static over<Event extends { readonly kind: string }>(
    rules: EventRules<Event>,
    { orders = DEFAULT_ORDERS, refine = true }: RdpOptions = {},
  ): RdpAccountant<Event> {
    for (const order of orders) if (!(order > 1)) throw parameterInvalid('orders', order, 'orders above 1');
    const rho = new Float64Array(orders.length);
    return new RdpAccountant(rules, orders, refine, { terms: [], rho, pure: 0, failure: 0 });
  }

  /** An accountant whose bound holds for each of these: it takes the largest curve at each order. @param all at least one. */
  static ofAny<Event extends { readonly kind: string }>(all: readonly RdpAccountant<Event>[]): RdpAccountant<Event> {
    const [first] = all;
    if (all.length === 1) return first;
    const most = (of: (one: RdpAccountant<Event>) => number): number => Math.max(...all.map(of));
    return new RdpAccountant(first.#rules, first.#orders, first.#refine, {
      terms: [{ curve: (order) => most((one) => one.rdp(order)), count: 1 }],
      rho: first.#tally.rho.map((_, i) => most((one) => one.#tally.rho[i])),
      pure: most((one) => one.#tally.pure),
      failure: most((one) => one.#tally.failure),
    });
  }

  compose(event: Event, count = 1): RdpAccountant<Event> {
    if (!Number.isInteger(count) || count < 0) throw parameterInvalid('count', count, 'an integer >= 0');
    this.#rules.check(event);
    const curve = this.#rules.curve(event);
    if (curve === null) {
      throw eventUnsupported('rdp', event.kind, 'release by a mechanism that has one');
    }
    if (count === 0) return this;
    const { terms, rho, pure, failure } = this.#tally;
    return new RdpAccountant(this.#rules, this.#orders, this.#refine, {
      terms: [...terms, { curve, count }],
      rho: rho.map((sum, i) => sum + count * curve(this.#orders[i])),
      pure: pure + count * this.#rules.pureEpsilon(event),
      failure: -Math.expm1(Math.log1p(-failure) + count * Math.log1p(-this.#rules.failure(event))),
    });
  }

  /** Summed RDP at an order, not rounded. */
  rdp(order: number): number {
    let sum = 0;
    for (const { curve, count } of this.#tally.terms) sum += count * curve(order);
    return sum;
  }

  epsilon(delta: number): number {
    if (!(delta >= 0 && delta <= 1)) throw parameterInvalid('delta', delta, 'a number in [0, 1]');
    const { terms, pure, failure } = this.#tally;
    if (terms.length === 0) return 0;
    // With probability `failure` no bound holds. The curve gets the rest of delta.
    const left = failure === 0 ? delta : (delta - failure) / (1 - failure);
    if (left < 0) return Infinity;
    const best = this.#minimise((order, rho) =>
      isIndistinguishable(rho, left) ? 0 : epsilonFromRdp(order, rho, left),
    );
    return roundUp(pure <= best ? pure : Math.max(0, best));
  }

  delta(epsilon: number): number {
    if (!(epsilon >= 0)) throw parameterInvalid('epsilon', epsilon, 'a number >= 0');
    const { terms, pure, failure } = this.#tally;
    if (terms.length === 0 || epsilon >= roundUp(pure)) return 0;
    const best = this.#minimise((order, rho) =>
      Math.min(logDeltaFromRdp(order, rho, epsilon), 0.5 * Math.log(-Math.expm1(-rho))),
    );
    const curve = Math.min(1, Math.exp(best));
    return Math.min(1, roundUp(curve + failure - curve * failure));
  }

  #minimise(objective: (order: number, rho: number) => number): number {
    const { rho } = this.#tally;
    let index = -1;
    let value = Infinity;
    for (const [i, order] of this.#orders.entries()) {
      const here = objective(order, rho[i]);
      if (here < value) {
        value = here;
        index = i;
      }
    }
    if (index < 0 || !this.#refine) return value;
    return refine(
      (order) => objective(order, this.rdp(order)),
      index > 0 ? this.#orders[index - 1] : 1 + (this.#orders[index] - 1) / 64,
      this.#orders[Math.min(index + 1, this.#orders.length - 1)],
      value,
    );
  }
}

/** Least value of `at` that a golden-section search between two orders finds; `start` if that is smaller. */
function refine(at: (order: number) => number, low: number, high: number, start: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let best = start;
  const look = (order: number): number => {
    const value = at(order);
    if (value < best) best = value;
    return value;
  };
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let atLeft = look(left);
  let atRight = look(right);
  while (high - low > 1e-6 * (high - 1)) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = look(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = look(right);
    }
  }
  return best;
}
