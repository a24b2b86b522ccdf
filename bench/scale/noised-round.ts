/**
 * One noised round of many platforms in one process: the real plan, pipeline, noise shares and masked sum on the sparse
 * graph, without sockets and stores. Every platform is played, and the opened sum is compared with the plain one.
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { toRing } from '../../core/privacy/mechanism/ring.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { measureSession, processorMs } from '../secagg/session.ts';

const PERSONS = 20;
const LABEL = 'round';

export interface NoisedRound {
  readonly platforms: number;
  readonly degree: number;
  readonly noiseMultiplier: number;
  /** Processor seconds, all platforms together. */
  readonly plan: number;
  readonly updates: number;
  readonly session: number;
}

export interface Shares {
  /** Share of the platforms that may collude with the coordinator. The degree of the graph grows with their number. */
  readonly colluding: number;
  /** Share of the platforms that may be lost. A fifth of them deal shares and upload nothing. */
  readonly lost: number;
}

/** @param parameters of the vector. */
export function noisedRound(platforms: number, parameters: number, { colluding, lost }: Shares): NoisedRound {
  const began = processorMs();
  const plan = planPrivacy({
    epsilon: 4,
    delta: 1e-6,
    colluding: Math.floor(platforms * colluding),
    dropouts: Math.floor(platforms * lost),
    maxPlatformsPerPerson: 2,
    graph: 'sparse',
    graphAttempts: 1,
    platforms: Array.from({ length: platforms }, (_, i) => ({
      name: nameOf(i),
      personsAbout: PERSONS,
      queries: [
        {
          label: LABEL,
          dimension: parameters,
          clip: 1,
          repetitions: 1,
          relativeNoise: 1,
          scope: 'federation' as const,
        },
      ],
    })),
  });
  const { degree } = plan;
  if (degree === undefined) throw new Error('the plan of a sparse graph names no degree');
  const planned = processorMs();
  const sum = plannedSum(plan, nameOf(0), LABEL);
  const contribution = { values: new Float32Array(parameters).fill(1 / Math.sqrt(parameters)) };
  const vectors = Array.from({ length: platforms }, (_, i) => {
    const random = seededRandom(`scale ${i}`);
    const accumulator = discreteGaussian.accumulate(sum, random);
    for (let person = 0; person < PERSONS; person++) accumulator.add(contribution);
    return toRing(discreteGaussian.addNoise(sum, accumulator.finish().integers, random), plan.ringBits);
  });
  const updated = processorMs();
  measureSession({
    n: platforms,
    d: parameters,
    graph: { kind: 'harary', degree },
    threshold: plan.threshold,
    tNoise: plan.noiseThreshold,
    ringBits: plan.ringBits,
    dropped: Math.floor((platforms * lost) / 5),
    engine: nodeEngine,
    vectors,
  });
  return {
    platforms,
    degree,
    noiseMultiplier: sum.noiseMultiplier,
    plan: (planned - began) / 1000,
    updates: (updated - planned) / 1000,
    session: (processorMs() - updated) / 1000,
  };
}

function nameOf(platform: number): string {
  return `p${String(platform).padStart(5, '0')}`;
}
