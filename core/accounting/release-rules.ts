/**
 * The rules by which a Rényi accountant reads the releases of a federation.
 * @module
 */
import type { Noise, PrivacyEvent } from './accountant.ts';
import type { EventRules, RdpCurve } from './event-rules.ts';
import { atLeastZero, positiveInteger, probability } from './ranges.ts';
import { distributedDiscreteGaussianRdp } from './rdp-discrete-gaussian.ts';
import { discreteGaussianRdp, gaussianRdp } from './rdp-gaussian.ts';
import { subsampledGaussianRdp } from './rdp-subsampled-gaussian.ts';
import { symmetricSampledRdp } from './rdp-subsampled.ts';

export const releaseRules: EventRules<PrivacyEvent> = {
  check: checkRelease,
  curve: releaseCurve,
  // A release adds Gaussian noise or none, and neither is epsilon-DP with delta 0.
  pureEpsilon: () => Infinity,
  failure: () => 0,
};

function checkRelease(event: PrivacyEvent): void {
  switch (event.kind) {
    case 'gaussian':
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      break;
    case 'discrete-gaussian':
      atLeastZero('sigma', event.sigma);
      atLeastZero('sensitivity', event.sensitivity);
      break;
    case 'distributed-discrete-gaussian':
      atLeastZero('localSigma', event.localSigma);
      positiveInteger('shares', event.shares);
      positiveInteger('dimension', event.dimension);
      atLeastZero('sensitivityL1', event.sensitivityL1 ?? 0);
      atLeastZero('sensitivity', event.sensitivity);
      break;
    case 'poisson-sampled':
      probability('rate', event.rate);
      checkRelease(event.event);
      break;
    case 'unprotected':
      break;
  }
}

function releaseCurve(event: PrivacyEvent): RdpCurve | null {
  switch (event.kind) {
    case 'poisson-sampled': {
      const { rate, event: noise } = event;
      if (noise.kind === 'gaussian') return (order) => subsampledGaussianRdp(order, rate, noise.noiseMultiplier);
      const curve = noiseCurve(noise);
      return curve && ((order) => symmetricSampledRdp(order, rate, curve));
    }
    case 'unprotected':
      return () => Infinity;
    default:
      return noiseCurve(event);
  }
}

function noiseCurve(noise: Noise): RdpCurve | null {
  switch (noise.kind) {
    case 'gaussian':
      return (order) => gaussianRdp(order, noise.noiseMultiplier);
    case 'discrete-gaussian':
      return (order) => discreteGaussianRdp(order, noise.sigma, noise.sensitivity);
    case 'distributed-discrete-gaussian':
      return (order) => distributedDiscreteGaussianRdp(order, noise);
    // Ledgers hold events too, and another program may have written a kind that is unknown here.
    default:
      return null;
  }
}
