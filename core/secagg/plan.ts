/**
 * Plans a session for a given size and threat model: graph, degree, threshold, their guarantees and their costs.
 * @module
 */
import { CORRECTNESS_BITS, degreeAndThreshold, infeasibleBecause, SECURITY_BITS } from './degree.ts';
import type { SparseAdversary, ThreatModel } from './degree.ts';
import { KEY_BYTES, SEALED_PACKET_BYTES, SHARE_COMMITMENT_BYTES, SIGNATURE_BYTES } from './messages.ts';
import { packedBytes } from './packing.ts';
import { defaultThreshold, helpersTolerated, LEAST_PLATFORMS } from './parameters.ts';

export interface PlanRequest extends ThreatModel {
  /** d: parameters in an update. Only the cost depends on it. */
  readonly vectorLength: number;
  readonly ringBits: number;
}

/** Estimated cost of one session. Times are approximate, for one core of a 2023 server. */
export interface PlanCost {
  /** Bytes from one platform to the coordinator, without the framing of the outer wire. */
  readonly uploadBytes: number;
  readonly bytesPerNeighbour: number;
  readonly platformAgreements: number;
  readonly coordinatorAgreements: number;
  readonly platformMaskWords: number;
  readonly coordinatorMaskWords: number;
  readonly platformMs: number;
  readonly coordinatorMs: number;
}

export interface FeasiblePlan {
  readonly feasible: true;
  readonly platforms: number;
  readonly corrupt: number;
  readonly dropout: number;
  readonly adversary: SparseAdversary;
  readonly graph: 'complete' | 'harary';
  /** Neighbours of each platform. */
  readonly degree: number;
  /** t: shares that rebuild a secret. */
  readonly threshold: number;
  /** The guarantees fail with probability below 2^-securityBits; null on the complete graph, where they always hold. */
  readonly securityBits: number | null;
  /**
   * An honest attempt fails for lack of shares with probability below 2^-correctnessBits; null on the complete graph, where it
   * completes whenever t platforms answer.
   */
  readonly correctnessBits: number | null;
  readonly attempts: number;
  /** Sentences for people to read. */
  readonly guarantees: readonly string[];
  readonly cost: PlanCost;
}

export interface InfeasiblePlan {
  readonly feasible: false;
  readonly platforms: number;
  readonly corrupt: number;
  readonly dropout: number;
  readonly adversary: SparseAdversary;
  readonly degree: null;
  readonly threshold: null;
  readonly reason: string;
}

export type SecaggPlan = FeasiblePlan | InfeasiblePlan;

export function planSession(request: PlanRequest): SecaggPlan {
  const { platforms, corrupt, dropout, adversary } = request;
  const asked = { platforms, corrupt, dropout, adversary };
  const reason = infeasibleBecause(request);
  if (reason !== null) return infeasible(request, reason);
  if (platforms < LEAST_PLATFORMS) {
    const why = `${platforms} platforms are too few: with two, each has the other's update by subtraction`;
    return infeasible(request, `${why}; at least ${LEAST_PLATFORMS} are needed`);
  }
  const attempts = request.attempts ?? 1;
  const sparse = degreeAndThreshold(request);
  if (sparse === null) return planComplete(request, attempts);
  return {
    feasible: true,
    ...asked,
    graph: 'harary',
    ...sparse,
    securityBits: SECURITY_BITS,
    correctnessBits: CORRECTNESS_BITS,
    attempts,
    guarantees: [
      ...SPARSE_GUARANTEE[adversary],
      ...(request.fullSums === true ? [fullSumsGuarantee(request)] : []),
      `This fails with probability below 2^-${SECURITY_BITS} over ${attempts === 1 ? 'the attempt' : `${attempts} attempts`}, ` +
        `with up to ${Math.floor(corrupt * platforms + 1e-9)} corrupt and ${Math.floor(dropout * platforms + 1e-9)} dropped platforms.`,
      `An honest attempt fails for lack of shares with probability below 2^-${CORRECTNESS_BITS}.`,
    ],
    cost: costOf(request, sparse.degree, sparse.degree, sparse.threshold),
  };
}

const SPARSE_GUARANTEE: Readonly<Record<SparseAdversary, readonly string[]>> = {
  honest: ['No platform colludes and the coordinator follows the protocol: it learns the sum and nothing else.'],
  curious: [
    'A coordinator that follows the protocol, and the platforms that collude with it, learn the sum over the honest ' +
      'platforms and nothing else.',
    'A coordinator that deviates (shows different survivors to different platforms, forges the ring order) is not covered.',
  ],
  'semi-malicious': [
    'A coordinator that is honest in stage 0 (keys and ring order) and may deviate in any later stage, and the platforms ' +
      'that collude with it, learn the sum over a large set of honest platforms and nothing else.',
    'A coordinator that forges keys or the ring order in stage 0 is not covered: take the complete graph for that.',
  ],
};

function fullSumsGuarantee({ platforms: n, corrupt, dropout }: PlanRequest): string {
  const [colluders, absent] = [corrupt, dropout].map((share) => Math.floor(share * n + 1e-9));
  return (
    `Whatever it does from stage 1 on, a sum that it opens holds at least ${n - absent - colluders} honest platforms, and an ` +
    'attempt has one such sum at most. This holds for every ring order.'
  );
}

function infeasible({ platforms, corrupt, dropout, adversary }: PlanRequest, reason: string): InfeasiblePlan {
  return { feasible: false, platforms, corrupt, dropout, adversary, degree: null, threshold: null, reason };
}

/** The plan on the complete graph, against a coordinator that deviates at will. Used if no sparse graph meets the rule. */
function planComplete(request: PlanRequest, attempts: number): SecaggPlan {
  const { platforms: n, corrupt, dropout, adversary } = request;
  const asked = { platforms: n, corrupt, dropout, adversary };
  const colluders = Math.floor(corrupt * n + 1e-9);
  const survivors = n - Math.floor(dropout * n + 1e-9);
  const least = Math.max(Math.floor((n + colluders) / 2) + 1, 2);
  const usual = defaultThreshold(n);
  const threshold = usual >= least && usual <= survivors ? usual : least;
  if (threshold > survivors) {
    return infeasible(
      request,
      `no sparse graph serves, and on the complete graph ${colluders} colluders need 2t - n > ${colluders}, ` +
        `so t >= ${least} of ${n}, but only ${survivors} platforms may survive`,
    );
  }
  return {
    feasible: true,
    ...asked,
    graph: 'complete',
    degree: n - 1,
    threshold,
    securityBits: null,
    correctnessBits: null,
    attempts,
    guarantees: [
      `Even a coordinator that deviates at will learns only sums, while fewer than 2t - n = ${2 * threshold - n} platforms ` +
        `collude with it (${helpersTolerated(n, threshold)} are tolerated, ${colluders} declared).`,
      `The attempt completes while at least t = ${threshold} platforms answer in every stage (${survivors} expected).`,
    ],
    cost: costOf(request, n - 1, n, threshold),
  };
}

/** Costs of single operations in microseconds, measured with node:crypto (bench/secagg.ts). */
const AGREEMENT_US = 60;
const VERIFY_US = 90;
const PACKET_US = 45;
const MASK_US_PER_WORD = 0.002;
/** Dealing: one coefficient at one holder's point. Rebuilding: one share. */
const SHARE_US_PER_TERM = 0.005;
const REBUILD_US_PER_SHARE = 0.08;

/** Bytes of a reveal on the wire besides its share: five of tags and lengths, and the peer's index in seven bits per byte. */
function revealFraming(platforms: number): number {
  return 5 + Math.max(1, Math.ceil(Math.log2(platforms) / 7));
}

function costOf(request: PlanRequest, degree: number, holders: number, threshold: number): PlanCost {
  const { platforms: n, vectorLength: d, ringBits, dropout } = request;
  const dead = Math.floor(dropout * n + 1e-9);
  const alive = n - dead;
  const bytesPerNeighbour = SEALED_PACKET_BYTES + SHARE_COMMITMENT_BYTES + KEY_BYTES + revealFraming(n);
  const keys = 2 * KEY_BYTES + SIGNATURE_BYTES;
  const aliveNeighbours = Math.round((degree * alive) / n);
  const coordinatorAgreements = dead * (aliveNeighbours + 1);
  const platformMaskWords = (degree + 1) * d;
  const coordinatorMaskWords = (alive + dead * aliveNeighbours) * d;
  const platformUs =
    2 * degree * AGREEMENT_US +
    2 * degree * VERIFY_US +
    2 * degree * PACKET_US +
    2 * holders * threshold * SHARE_US_PER_TERM +
    platformMaskWords * MASK_US_PER_WORD;
  const coordinatorUs =
    2 * n * VERIFY_US +
    (coordinatorAgreements + 2 * n) * AGREEMENT_US +
    alive * degree * 5 +
    n * threshold * REBUILD_US_PER_SHARE +
    (coordinatorMaskWords + n * d) * MASK_US_PER_WORD;
  return {
    uploadBytes: packedBytes(d, ringBits) + degree * bytesPerNeighbour + keys + KEY_BYTES + SIGNATURE_BYTES,
    bytesPerNeighbour,
    platformAgreements: 2 * degree,
    coordinatorAgreements,
    platformMaskWords,
    coordinatorMaskWords,
    platformMs: Math.ceil(platformUs / 1000),
    coordinatorMs: Math.ceil(coordinatorUs / 1000),
  };
}
