/**
 * The graph of a federation's masked sums: complete up to a size, sparse above it or if the manifest asks for it.
 * @module
 */
import { fullSumsUpTo } from '../../secagg/full-sums.ts';
import type { DegreeAndThreshold } from '../../secagg/full-sums.ts';
import { planSession } from '../../secagg/plan.ts';
import { PrivacyError } from '../mechanism/errors.ts';

export type GraphChoice = 'complete' | 'sparse';

/**
 * Most platforms on the complete graph if the manifest does not say. It bounds a coordinator that deviates at will, so it is
 * kept as long as its keys and shares, which grow with the square of the number of platforms, are cheap.
 */
export const MOST_ON_COMPLETE = 200;

export interface GraphRequest {
  readonly platforms: number;
  readonly colluding: number;
  readonly dropouts: number;
  /** Attempts that share the production rule's failure probability. */
  readonly attempts: number;
  /** Graph that the manifest asks for. Absent: the number of platforms decides. */
  readonly graph?: GraphChoice | undefined;
}

/**
 * Degree and threshold of the sparse graph, by the rule of `isthmus secagg plan --adversary semi-malicious --full-sums`;
 * undefined for the complete graph.
 * @throws PrivacyError PRIVACY_PLAN_REFUSED if the manifest asks for a sparse graph and none meets the rule.
 */
export function sparseGraphFor(request: GraphRequest): DegreeAndThreshold | undefined {
  const { platforms: n, colluding, dropouts, attempts, graph } = request;
  if (graph === 'complete' || (graph === undefined && n <= MOST_ON_COMPLETE)) return undefined;
  const plan = planSession({
    platforms: n,
    corrupt: colluding / n,
    dropout: dropouts / n,
    adversary: 'semi-malicious',
    fullSums: true,
    attempts,
    // Degree and threshold do not depend on the cost.
    vectorLength: 1,
    ringBits: 32,
  });
  if (plan.feasible && plan.graph === 'harary') return { degree: plan.degree, threshold: plan.threshold };
  if (graph === undefined) return undefined;
  throw new PrivacyError(
    'PRIVACY_PLAN_REFUSED',
    `no sparse graph of ${n} platforms keeps its sums full against ${colluding} colluding and ${dropouts} lost ones; take the complete graph, more platforms, or fewer colluding or lost ones`,
  );
}

/** Fewest helpers with which a deviating coordinator may open sums that are not full. */
export function exposedOnSparse(graph: DegreeAndThreshold): number {
  return fullSumsUpTo(graph) + 1;
}
