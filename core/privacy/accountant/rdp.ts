/**
 * The Rényi accountant: adds the curves of all releases order by order, and converts once at the end.
 * @module
 */
import type { Accountant, PrivacyEvent } from './accountant.ts';
import { epsilonFromRdp, logDeltaFromRdp } from './conversion.ts';
import { PrivacyEventUnsupportedError, PrivacyParameterError } from './errors.ts';
import { DEFAULT_ORDERS } from './orders.ts';
import { rdpCurve } from './rdp-curve.ts';
import type { RdpCurve } from './rdp-curve.ts';
import { OUTWARD_ROUNDING, roundUp } from './rounding.ts';

export interface RdpOptions {
  /** Orders to look at, each > 1. */
  readonly orders?: readonly number[];
  /** Search between the orders next to the best one. Sound, since any order is; off to reproduce another accountant. */
  readonly refine?: boolean;
}

interface Term {
  readonly curve: RdpCurve;
  readonly count: number;
}

export class RdpAccountant implements Accountant {
  readonly name = 'rdp';
  readonly outwardRounding = OUTWARD_ROUNDING;
  readonly #orders: readonly number[];
  readonly #refine: boolean;
  readonly #terms: readonly Term[];
  readonly #rho: Float64Array;

  private constructor(orders: readonly number[], refine: boolean, terms: readonly Term[], rho: Float64Array) {
    this.#orders = orders;
    this.#refine = refine;
    this.#terms = terms;
    this.#rho = rho;
  }

  /** An accountant to which nothing was charged yet. */
  static empty(options: RdpOptions = {}): RdpAccountant {
    const orders = options.orders ?? DEFAULT_ORDERS;
    for (const order of orders) if (!(order > 1)) throw new PrivacyParameterError('orders', order, 'orders above 1');
    return new RdpAccountant(orders, options.refine ?? true, [], new Float64Array(orders.length));
  }

  supports(event: PrivacyEvent): boolean {
    return rdpCurve(event) !== null;
  }

  compose(event: PrivacyEvent, count = 1): RdpAccountant {
    if (!Number.isInteger(count) || count < 0) throw new PrivacyParameterError('count', count, 'an integer >= 0');
    const curve = rdpCurve(event);
    if (curve === null) {
      throw new PrivacyEventUnsupportedError(this.name, event.kind, 'use the PLD accountant for it');
    }
    if (count === 0) return this;
    const rho = this.#rho.map((sum, i) => sum + count * curve(this.#orders[i]));
    return new RdpAccountant(this.#orders, this.#refine, [...this.#terms, { curve, count }], rho);
  }

  /** Summed RDP at an order, not rounded. */
  rdp(order: number): number {
    let sum = 0;
    for (const { curve, count } of this.#terms) sum += count * curve(order);
    return sum;
  }

  epsilon(delta: number): number {
    return this.optimum(delta).epsilon;
  }

  /** The best epsilon at `delta` and the order that gave it. */
  optimum(delta: number): { readonly epsilon: number; readonly order: number } {
    if (!(delta >= 0 && delta <= 1)) throw new PrivacyParameterError('delta', delta, 'a number in [0, 1]');
    if (this.#terms.length === 0) return { epsilon: 0, order: Infinity };
    const best = this.#minimise((order, rho) => epsilonFromRdp(order, rho, delta));
    return { epsilon: roundUp(Math.max(0, best.value)), order: best.order };
  }

  delta(epsilon: number): number {
    if (!(epsilon >= 0)) throw new PrivacyParameterError('epsilon', epsilon, 'a number >= 0');
    if (this.#terms.length === 0) return 0;
    const best = this.#minimise((order, rho) => logDeltaFromRdp(order, rho, epsilon));
    return Math.min(1, roundUp(Math.exp(best.value)));
  }

  #minimise(objective: (order: number, rho: number) => number): { readonly order: number; readonly value: number } {
    let index = -1;
    let value = Infinity;
    for (const [i, order] of this.#orders.entries()) {
      const here = objective(order, this.#rho[i]);
      if (here < value) {
        value = here;
        index = i;
      }
    }
    if (index < 0) return { order: NaN, value: Infinity };
    if (!this.#refine) return { order: this.#orders[index], value };
    let low = index > 0 ? this.#orders[index - 1] : 1 + (this.#orders[index] - 1) / 64;
    let high = this.#orders[Math.min(index + 1, this.#orders.length - 1)];
    let best = { order: this.#orders[index], value };
    const at = (order: number): number => {
      const here = objective(order, this.rdp(order));
      if (here < best.value) best = { order, value: here };
      return here;
    };
    const golden = (Math.sqrt(5) - 1) / 2;
    let left = high - golden * (high - low);
    let right = low + golden * (high - low);
    let atLeft = at(left);
    let atRight = at(right);
    while (high - low > 1e-9 * (high - 1)) {
      if (atLeft < atRight) {
        [high, right, atRight] = [right, left, atLeft];
        left = high - golden * (high - low);
        atLeft = at(left);
      } else {
        [low, left, atLeft] = [left, right, atRight];
        right = low + golden * (high - low);
        atRight = at(right);
      }
    }
    return best;
  }
}
