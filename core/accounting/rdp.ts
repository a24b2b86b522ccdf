/**
 * The Rényi accountant: adds the curves of all releases order by order, and converts once at the end.
 * @module
 */
import type { Accountant, PrivacyEvent } from './accountant.ts';
import { epsilonFromRdp, isIndistinguishable, logDeltaFromRdp } from './conversion.ts';
import { eventUnsupported, parameterInvalid } from './errors.ts';
import { checkEvent } from './event-check.ts';
import { DEFAULT_ORDERS } from './orders.ts';
import { pureEpsilon } from './pure.ts';
import { rdpCurve } from './rdp-curve.ts';
import type { RdpCurve } from './rdp-curve.ts';
import { OUTWARD_ROUNDING, roundUp } from './rounding.ts';

export interface RdpOptions {
  /** Orders to look at, each > 1. */
  readonly orders?: readonly number[];
  /** Search between the orders next to the best one. Sound, since any order is; off to reproduce another accountant. */
  readonly refine?: boolean;
}

interface Tally {
  readonly terms: readonly { readonly curve: RdpCurve; readonly count: number }[];
  /** Summed RDP at each of the orders. */
  readonly rho: Float64Array;
  /** Sum of the epsilons of pure events; Infinity as soon as one is not. */
  readonly pure: number;
  /** Probability that some (epsilon, delta) event fails. */
  readonly failure: number;
}

export class RdpAccountant implements Accountant {
  readonly name = 'rdp';
  readonly outwardRounding = OUTWARD_ROUNDING;
  readonly #orders: readonly number[];
  readonly #refine: boolean;
  readonly #tally: Tally;

  private constructor(orders: readonly number[], refine: boolean, tally: Tally) {
    this.#orders = orders;
    this.#refine = refine;
    this.#tally = tally;
  }

  /** An accountant to which nothing was charged yet. */
  static empty(options: RdpOptions = {}): RdpAccountant {
    const orders = options.orders ?? DEFAULT_ORDERS;
    for (const order of orders) if (!(order > 1)) throw parameterInvalid('orders', order, 'orders above 1');
    const rho = new Float64Array(orders.length);
    return new RdpAccountant(orders, options.refine ?? true, { terms: [], rho, pure: 0, failure: 0 });
  }

  supports(event: PrivacyEvent): boolean {
    return rdpCurve(event) !== null;
  }

  compose(event: PrivacyEvent, count = 1): RdpAccountant {
    if (!Number.isInteger(count) || count < 0) throw parameterInvalid('count', count, 'an integer >= 0');
    checkEvent(event);
    const curve = rdpCurve(event);
    if (curve === null) {
      throw eventUnsupported(this.name, event.kind, 'use the PLD accountant for it');
    }
    if (count === 0) return this;
    const { terms, rho, pure, failure } = this.#tally;
    const delta = event.kind === 'approximate' ? event.delta : 0;
    return new RdpAccountant(this.#orders, this.#refine, {
      terms: [...terms, { curve, count }],
      rho: rho.map((sum, i) => sum + count * curve(this.#orders[i])),
      pure: pure + count * pureEpsilon(event),
      failure: -Math.expm1(Math.log1p(-failure) + count * Math.log1p(-delta)),
    });
  }

  /** Summed RDP at an order, not rounded. */
  rdp(order: number): number {
    let sum = 0;
    for (const { curve, count } of this.#tally.terms) sum += count * curve(order);
    return sum;
  }

  epsilon(delta: number): number {
    return this.optimum(delta).epsilon;
  }

  /** The best epsilon at `delta` and the order that gave it; Infinity where it is the sum of pure epsilons. */
  optimum(delta: number): { readonly epsilon: number; readonly order: number } {
    if (!(delta >= 0 && delta <= 1)) throw parameterInvalid('delta', delta, 'a number in [0, 1]');
    const { terms, pure, failure } = this.#tally;
    if (terms.length === 0) return { epsilon: 0, order: Infinity };
    // Fails with `failure`; else is as good as its curve.
    const left = failure === 0 ? delta : (delta - failure) / (1 - failure);
    if (left < 0) return { epsilon: Infinity, order: NaN };
    const best = this.#minimise((order, rho) =>
      isIndistinguishable(rho, left) ? 0 : epsilonFromRdp(order, rho, left),
    );
    if (pure <= best.value) return { epsilon: roundUp(pure), order: Infinity };
    return { epsilon: roundUp(Math.max(0, best.value)), order: best.order };
  }

  delta(epsilon: number): number {
    if (!(epsilon >= 0)) throw parameterInvalid('epsilon', epsilon, 'a number >= 0');
    const { terms, pure, failure } = this.#tally;
    if (terms.length === 0 || epsilon >= roundUp(pure)) return 0;
    const best = this.#minimise((order, rho) =>
      Math.min(logDeltaFromRdp(order, rho, epsilon), 0.5 * Math.log(-Math.expm1(-rho))),
    );
    const curve = Math.min(1, Math.exp(best.value));
    return Math.min(1, roundUp(curve + failure - curve * failure));
  }

  #minimise(objective: (order: number, rho: number) => number): { readonly order: number; readonly value: number } {
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
    if (index < 0) return { order: NaN, value: Infinity };
    const best = { order: this.#orders[index], value };
    if (!this.#refine) return best;
    return refine(
      (order) => objective(order, this.rdp(order)),
      index > 0 ? this.#orders[index - 1] : 1 + (best.order - 1) / 64,
      this.#orders[Math.min(index + 1, this.#orders.length - 1)],
      best,
    );
  }
}

/** Golden-section search between two orders, remembering the best of everything it saw. */
function refine(
  at: (order: number) => number,
  low: number,
  high: number,
  start: { readonly order: number; readonly value: number },
): { readonly order: number; readonly value: number } {
  const golden = (Math.sqrt(5) - 1) / 2;
  let best = start;
  const look = (order: number): number => {
    const value = at(order);
    if (value < best.value) best = { order, value };
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
