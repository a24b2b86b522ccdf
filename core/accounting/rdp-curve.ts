/**
 * The Rényi curve of every event that has one.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';
import { distributedDiscreteGaussianRdp } from './rdp-discrete-gaussian.ts';
import { discreteGaussianRdp, gaussianRdp } from './rdp-gaussian.ts';
import { exponentialRdp, laplaceRdp, pureRdp } from '../reference-accounting/rdp-laplace.ts';
import { randomisedResponseRdp } from '../reference-accounting/rdp-randomised-response.ts';
import { skellamRdp } from '../reference-accounting/rdp-skellam.ts';
import { subsampledGaussianRdp } from './rdp-subsampled-gaussian.ts';
import { poissonSampledRdp, symmetricSampledRdp } from './rdp-subsampled.ts';
import { samplingApplies } from './sampling.ts';
import { treeDepth } from '../reference-accounting/tree-aggregation.ts';

/** Upper bound on the Rényi divergence of `order` > 1 between the outputs on neighbours, both ways round. */
export type RdpCurve = (order: number) => number;

/** null when the event has no Rényi bound here. The delta of an `approximate` event is not part of its curve. */
export function rdpCurve(event: PrivacyEvent): RdpCurve | null {
  switch (event.kind) {
    case 'gaussian':
      return (order) => gaussianRdp(order, event.noiseMultiplier);
    case 'discrete-gaussian':
      return (order) => discreteGaussianRdp(order, event.sigma, event.sensitivity);
    case 'distributed-discrete-gaussian':
      return (order) => distributedDiscreteGaussianRdp(order, event);
    case 'skellam':
      return (order) => skellamRdp(order, event);
    case 'laplace':
      return (order) => laplaceRdp(order, event.scale);
    case 'discrete-laplace':
      return (order) => pureRdp(order, event.decay * event.sensitivity);
    case 'randomised-response':
      return (order) => randomisedResponseRdp(order, event);
    case 'tree-aggregation': {
      const depth = treeDepth(event.steps);
      return (order) => depth * gaussianRdp(order, event.noiseMultiplier);
    }
    case 'poisson-sampled': {
      const { rate } = event;
      const z = gaussianNoise(event.event);
      if (z !== null) return (order) => subsampledGaussianRdp(order, rate, z);
      const curve = rdpCurve(event.event);
      // The failure probability of an approximate event would have to be sampled too: left to the PLD accountant.
      if (curve === null || event.event.kind === 'approximate' || !samplingApplies(event.event)) return null;
      const isKnown = event.theorem === undefined && isSymmetric(event.event);
      const sampled = isKnown ? symmetricSampledRdp : poissonSampledRdp;
      return (order) => sampled(order, rate, curve);
    }
    case 'zcdp':
      return (order) => order * event.rho;
    case 'approximate':
      return (order) => pureRdp(order, event.epsilon);
    case 'exponential':
      return (order) => exponentialRdp(order, event.epsilon);
    case 'unprotected':
      return () => Infinity;
    case 'mixture-of-gaussians':
      return null;
  }
}

/** Whether it adds symmetric noise on integers to an integer shift. */
function isSymmetric({ kind }: PrivacyEvent): boolean {
  return kind === 'discrete-gaussian' || kind === 'distributed-discrete-gaussian';
}

/** Noise multiplier of what is a continuous Gaussian, else null. */
function gaussianNoise(event: PrivacyEvent): number | null {
  if (event.kind === 'gaussian') return event.noiseMultiplier;
  if (event.kind === 'tree-aggregation') return event.noiseMultiplier / Math.sqrt(treeDepth(event.steps));
  return null;
}
