/**
 * Dominating pairs of events.
 * @module
 */
import { discreteGaussianMass, discreteLaplaceMass, skellamMass } from '../discrete-noise.ts';
import { samplingApplies } from '../reference-event.ts';
import type { ReferenceEvent } from '../reference-event.ts';
import { treeDepth } from '../tree-aggregation.ts';
import { approximatePair, atomicPair, shiftedNoisePair } from './atomic-pair.ts';
import type { Atom } from './atomic-pair.ts';
import { gaussianPair } from './gaussian-pair.ts';
import { laplacePair } from './laplace-pair.ts';
import type { LossPair } from './loss-pair.ts';
import { mixturePair } from './mixture-pair.ts';
import { subsampledPair } from './subsampled-pair.ts';

/**
 * The dominating pair of an event; null if this module has none. It has none for events with only a Rényi bound, for discrete
 * noise on more than one coordinate, without noise, and for events that sampling is not known to amplify.
 */
export function eventPair(event: ReferenceEvent): LossPair | null {
  switch (event.kind) {
    case 'gaussian':
      return event.noiseMultiplier > 0 ? gaussianPair(event.noiseMultiplier) : null;
    case 'tree-aggregation':
      return event.noiseMultiplier > 0 ? gaussianPair(event.noiseMultiplier / Math.sqrt(treeDepth(event.steps))) : null;
    case 'discrete-gaussian': {
      if (event.dimension !== 1) return null;
      const noise = discreteGaussianMass(event.sigma);
      return shiftedNoisePair(noise.mass, noise.reach, event.sensitivity);
    }
    case 'skellam': {
      if (event.dimension !== 1) return null;
      const noise = skellamMass(event.variance);
      return shiftedNoisePair(noise.mass, noise.reach, event.sensitivity);
    }
    case 'laplace':
      return event.scale > 0 ? laplacePair(event.scale) : null;
    case 'discrete-laplace':
      return discreteLaplacePair(event.decay, event.sensitivity);
    case 'randomised-response': {
      const { noiseProbability: p, buckets: k } = event;
      const truth = 1 - p + p / k;
      const lie = p / k;
      const same: Atom = [lie * Math.max(0, k - 2), lie * Math.max(0, k - 2)];
      if (event.neighbours === 'replace-one') return atomicPair([[truth, lie], [lie, truth], same], true);
      return atomicPair(
        [
          [truth, 1 / k],
          [lie * (k - 1), 1 - 1 / k],
        ],
        false,
      );
    }
    case 'mixture-of-gaussians':
      return mixturePair(event);
    case 'poisson-sampled': {
      const base = eventPair(event.event);
      if (base === null) return null;
      if (event.rate < 1 && !samplingApplies(event.event)) return null;
      return subsampledPair(base, event.rate);
    }
    case 'approximate':
      return approximatePair(event.epsilon, event.delta);
    // The pair uses only the pure epsilon of the exponential mechanism.
    case 'exponential':
      return approximatePair(event.epsilon, 0);
    case 'distributed-discrete-gaussian':
    case 'zcdp':
    case 'unprotected':
      return null;
  }
}

/**
 * Discrete Laplace on one integer. Losses rise in steps of 2 decay between two heavy ends, so that finitely many atoms describe
 * the infinite support.
 */
function discreteLaplacePair(decay: number, sensitivity: number): LossPair {
  const { mass } = discreteLaplaceMass(decay);
  const ratio = Math.exp(-decay * sensitivity);
  // All x <= 0 have the same loss, and so do all x >= sensitivity.
  const heavy = 1 / (1 + Math.exp(-decay));
  const atoms: Atom[] = [
    [heavy * ratio, heavy],
    [heavy, heavy * ratio],
  ];
  for (let x = 1; x < sensitivity; x++) atoms.push([mass(x - sensitivity), mass(x)]);
  return atomicPair(atoms, true);
}
