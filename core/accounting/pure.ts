/**
 * What is pure: epsilons that hold at delta = 0 and simply add up.
 * @module
 */
import type { PrivacyEvent } from './accountant.ts';
import { samplingApplies } from './sampling.ts';

/** The least epsilon for which the event is known to be epsilon-DP; Infinity when it is not. */
export function pureEpsilon(event: PrivacyEvent): number {
  switch (event.kind) {
    case 'laplace':
      return 1 / event.scale;
    case 'discrete-laplace':
      return event.decay * event.sensitivity;
    case 'randomised-response': {
      const { noiseProbability: p, buckets: k } = event;
      if (k === 1) return 0;
      return event.neighbours === 'replace-one'
        ? Math.log(k / p - k + 1)
        : Math.max(Math.log(k * (1 - p) + p), -Math.log(p));
    }
    case 'exponential':
      return event.epsilon;
    case 'approximate':
      return event.delta === 0 ? event.epsilon : Infinity;
    case 'poisson-sampled': {
      const base = pureEpsilon(event.event);
      if (!samplingApplies(event.event)) return base;
      return base === Infinity && event.rate > 0 ? Infinity : Math.log1p(event.rate * Math.expm1(base));
    }
    case 'zcdp':
      return event.rho === 0 ? 0 : Infinity;
    case 'gaussian':
    case 'discrete-gaussian':
    case 'distributed-discrete-gaussian':
    case 'skellam':
    case 'mixture-of-gaussians':
    case 'tree-aggregation':
    case 'unprotected':
      return Infinity;
  }
}
