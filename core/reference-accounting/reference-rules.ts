/**
 * The rules for the mechanisms of published figures: those for a federation's releases, extended to the further kinds.
 * @module
 */
import type { EventRules, RdpCurve } from '../accounting/event-rules.ts';
import { atLeastZero, positiveInteger, probability } from '../accounting/ranges.ts';
import { gaussianRdp } from '../accounting/rdp-gaussian.ts';
import { RdpAccountant } from '../accounting/rdp.ts';
import type { RdpOptions } from '../accounting/rdp.ts';
import { releaseRules } from '../accounting/release-rules.ts';
import { poissonSampledRdp } from './rdp-any-sampled.ts';
import { exponentialRdp, laplaceRdp, pureRdp } from './rdp-laplace.ts';
import { randomisedResponseRdp } from './rdp-randomised-response.ts';
import { skellamRdp } from './rdp-skellam.ts';
import { samplingApplies } from './reference-event.ts';
import type { ReferenceEvent, SampledEvent } from './reference-event.ts';
import { treeDepth } from './tree-aggregation.ts';

export const referenceRules: EventRules<ReferenceEvent> = {
  check: checkReference,
  curve: referenceCurve,
  pureEpsilon: referencePure,
  failure: (event) => (event.kind === 'approximate' ? event.delta : 0),
};

/** A Rényi accountant of these mechanisms, with nothing charged. */
export function referenceRdp(options?: RdpOptions): RdpAccountant<ReferenceEvent> {
  return RdpAccountant.over(referenceRules, options);
}

function checkReference(event: ReferenceEvent): void {
  switch (event.kind) {
    case 'tree-aggregation':
      atLeastZero('noiseMultiplier', event.noiseMultiplier);
      positiveInteger('steps', event.steps);
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
      checkReference(event.event);
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
    default:
      releaseRules.check(event);
  }
}

function referenceCurve(event: ReferenceEvent): RdpCurve | null {
  switch (event.kind) {
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
    case 'poisson-sampled':
      return sampledCurve(event);
    case 'zcdp':
      return (order) => order * event.rho;
    case 'approximate':
      return (order) => pureRdp(order, event.epsilon);
    case 'exponential':
      return (order) => exponentialRdp(order, event.epsilon);
    case 'mixture-of-gaussians':
      return null;
    default:
      return releaseRules.curve(event);
  }
}

function sampledCurve({ rate, event, theorem }: SampledEvent): RdpCurve | null {
  switch (event.kind) {
    case 'gaussian':
      return releaseRules.curve({ kind: 'poisson-sampled', rate, event });
    case 'tree-aggregation': {
      const noiseMultiplier = event.noiseMultiplier / Math.sqrt(treeDepth(event.steps));
      return releaseRules.curve({ kind: 'poisson-sampled', rate, event: { kind: 'gaussian', noiseMultiplier } });
    }
    case 'discrete-gaussian':
    case 'distributed-discrete-gaussian':
      if (theorem === undefined) return releaseRules.curve({ kind: 'poisson-sampled', rate, event });
      break;
    // Sampling would also lower the failure probability of an approximate event. Only the PLD accountant computes that.
    case 'approximate':
      return null;
    default:
      if (!samplingApplies(event)) return null;
  }
  const curve = referenceCurve(event);
  return curve && ((order) => poissonSampledRdp(order, rate, curve));
}

function referencePure(event: ReferenceEvent): number {
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
      const base = referencePure(event.event);
      if (!samplingApplies(event.event)) return base;
      // At rate 0 the formula would be 0 x Infinity.
      return event.rate === 0 ? 0 : Math.log1p(event.rate * Math.expm1(base));
    }
    case 'zcdp':
      return event.rho === 0 ? 0 : Infinity;
    case 'mixture-of-gaussians':
    case 'skellam':
    case 'tree-aggregation':
      return Infinity;
    default:
      return releaseRules.pureEpsilon(event);
  }
}
