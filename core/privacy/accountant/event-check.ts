/**
 * Events whose numbers make no sense are refused before anything is computed from them.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';
import { PrivacyParameterError } from './errors.ts';

/** @throws {PrivacyParameterError} naming the first number that is out of its range. */
export function checkEvent(event: PrivacyEvent): void {
  switch (event.kind) {
    case 'gaussian': {
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      return;
    }
    case 'tree-aggregation':
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      {
        positiveInteger('steps', event.steps);
        return;
      }
    case 'discrete-gaussian':
      atLeastZero('sigma', event.sigma);
      {
        atLeastZero('sensitivity', event.sensitivity);
        return;
      }
    case 'distributed-discrete-gaussian':
      atLeastZero('localSigma', event.localSigma);
      positiveInteger('shares', event.shares);
      positiveInteger('dimension', event.dimension);
      atLeastZero('sensitivityL1', event.sensitivityL1 ?? 0);
      {
        atLeastZero('sensitivity', event.sensitivity);
        return;
      }
    case 'skellam':
      atLeastZero('variance', event.variance);
      positiveInteger('dimension', event.dimension);
      atLeastZero('sensitivityL1', event.sensitivityL1 ?? 0);
      {
        atLeastZero('sensitivity', event.sensitivity);
        return;
      }
    case 'laplace': {
      atLeastZero('scale', event.scale);
      return;
    }
    case 'discrete-laplace':
      atLeastZero('decay', event.decay);
      {
        atLeastZero('sensitivity', event.sensitivity);
        return;
      }
    case 'randomised-response':
      probability('noiseProbability', event.noiseProbability);
      {
        positiveInteger('buckets', event.buckets);
        return;
      }
    case 'mixture-of-gaussians': {
      atLeastZero('sigma', event.sigma);
      return;
    }
    case 'poisson-sampled':
      probability('rate', event.rate);
      {
        checkEvent(event.event);
        return;
      }
    case 'zcdp': {
      atLeastZero('rho', event.rho);
      return;
    }
    case 'approximate':
      atLeastZero('epsilon', event.epsilon);
      {
        probability('delta', event.delta);
        return;
      }
    case 'exponential': {
      atLeastZero('epsilon', event.epsilon);
      return;
    }
    case 'unprotected':
      return;
  }
}

function atLeastZero(name: string, value: number): void {
  if (!(value >= 0)) throw new PrivacyParameterError(name, value, 'a number >= 0');
}

function positiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new PrivacyParameterError(name, value, 'an integer >= 1');
}

function probability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new PrivacyParameterError(name, value, 'a number in [0, 1]');
}
