/**
 * The rules by which a Rényi accountant reads its events. Types only.
 * @module
 */

/** Upper bound on the Rényi divergence of `order` > 1 between the outputs on neighbours, both ways round. */
export type RdpCurve = (order: number) => number;

export interface EventRules<Event> {
  /** @throws AccountantError PRIVACY_PARAMETER_INVALID naming the first number of the event that is out of its range. */
  check(event: Event): void;
  /** null when the event has no Rényi bound. It holds but for the event's probability of failure. */
  curve(event: Event): RdpCurve | null;
  /** The least epsilon for which the event is known to be epsilon-DP; Infinity when it is not. */
  pureEpsilon(event: Event): number;
  /** Probability with which none of the above holds: the delta of what is only known to be (epsilon, delta)-DP. */
  failure(event: Event): number;
}
