/**
 * Events whose numbers make no sense are refused before anything is computed from them.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';
import { parameterInvalid } from './errors.ts';

/** @throws AccountantError PRIVACY_PARAMETER_INVALID naming the first number that is out of its range. */
export function checkEvent(event: PrivacyEvent): void {
  switch (event.kind) {
    case 'gaussian':
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      break;
    case 'tree-aggregation':
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      positiveInteger('steps', event.steps);
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
    case 'skellam':
      atLeastZero('variance', event.variance);
      positiveInteger('dimension', event.dimension);
      atLeastZero('sensitivityL1', event.sensitivityL1 ?? 0);
      atLeastZero('sensitivity', event.sensitivity);
      break;
    case 'laplace':
      atLeastZero('scale', event.scale);
      break;
    case 'discrete-laplace':
      atLeastZero('decay', event.decay);
      atLeastZero('sensitivity', event.sensitivity);
      break;
    case 'randomised-response':
      probability('noiseProbability', event.noiseProbability);
      positiveInteger('buckets', event.buckets);
      break;
    case 'mixture-of-gaussians':
      atLeastZero('sigma', event.sigma);
      break;
    case 'poisson-sampled':
      probability('rate', event.rate);
      checkEvent(event.event);
      break;
    case 'zcdp':
      atLeastZero('rho', event.rho);
      break;
    case 'approximate':
      atLeastZero('epsilon', event.epsilon);
      probability('delta', event.delta);
      break;
    case 'exponential':
      atLeastZero('epsilon', event.epsilon);
      break;
    case 'unprotected':
      break;
  }
}

function atLeastZero(name: string, value: number): void {
  if (!(value >= 0)) throw parameterInvalid(name, value, 'a number >= 0');
}

function positiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw parameterInvalid(name, value, 'an integer >= 1');
}

function probability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw parameterInvalid(name, value, 'a number in [0, 1]');
}
