/**
 * The rules by which a Rényi accountant reads its events. Types only.
 * @module
 */

/** Upper bound on the Rényi divergence of `order` > 1 between the outputs on neighbours, in both directions. */
export type RdpCurve = (order: number) => number;

export interface EventRules<Event> {
  /** @throws AccountantError PRIVACY_PARAMETER_INVALID naming the first number of the event that is out of its range. */
  check(event: Event): void;
  /** The Rényi bound of the event, which holds except with probability `failure`; null if it has none. */
  curve(event: Event): RdpCurve | null;
  /** The least epsilon for which the event is known to be epsilon-DP; Infinity if none is known. */
  pureEpsilon(event: Event): number;
  /** Probability that none of these bounds holds: the delta of an event that is only known to be (epsilon, delta)-DP. */
  failure(event: Event): number;
}
