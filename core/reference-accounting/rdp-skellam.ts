/**
 * RDP of symmetric Skellam noise on integers (Agarwal, Kairouz and Liu 2021, "The Skellam Mechanism for Differentially
 * Private Federated Learning", Theorem 3.5 and Corollary 3.6). A sum of Skellam shares is a Skellam, so no gap is charged.
 * @module
 */
import { integerL1Bound } from '../accounting/rdp-discrete-gaussian.ts';
import { atIntegerOrders } from '../accounting/rdp-subsampled.ts';
import type { SkellamEvent } from './reference-event.ts';

/** The theorem is for integer orders. Convexity extends it to the others. */
export function skellamRdp(order: number, event: SkellamEvent): number {
  const { variance, sensitivity } = event;
  if (sensitivity === 0) return 0;
  if (variance === 0) return Infinity;
  const l1 = event.sensitivityL1 ?? integerL1Bound(sensitivity, event.dimension);
  const squared = sensitivity * sensitivity;
  return atIntegerOrders(
    order,
    (a) =>
      (a * squared) / (2 * variance) +
      Math.min(((2 * a - 1) * squared + 6 * l1) / (4 * variance * variance), (3 * l1) / (2 * variance)),
  );
}
