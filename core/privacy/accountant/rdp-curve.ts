/**
 * The Rényi curve of every event that has one.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';
import { distributedDiscreteGaussianRdp } from './rdp-discrete-gaussian.ts';
import { discreteGaussianRdp, gaussianRdp } from './rdp-gaussian.ts';

/** Upper bound on the Rényi divergence of `order` > 1 between the outputs on neighbours, both ways round. */
export type RdpCurve = (order: number) => number;

/** null when the event has no Rényi bound here. */
export function rdpCurve(event: PrivacyEvent): RdpCurve | null {
  switch (event.kind) {
    case 'gaussian':
      return (order) => gaussianRdp(order, event.noiseMultiplier);
    case 'discrete-gaussian':
      return (order) => discreteGaussianRdp(order, event.sigma, event.sensitivity);
    case 'distributed-discrete-gaussian':
      return (order) => distributedDiscreteGaussianRdp(order, event);
    case 'zcdp':
      return (order) => order * event.rho;
    case 'unprotected':
      return () => Infinity;
    default:
      return null;
  }
}
