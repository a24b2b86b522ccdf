/**
 * Calibration: the least noise that keeps a target. Always the safe end of the bracket.
 * @module
 */
import type { Accountant, Noise, PrivacyEvent } from './accountant.ts';
import { AccountantError, parameterInvalid } from './errors.ts';
import { RdpAccountant } from './rdp.ts';

/** One kind of Gaussian sum, before its noise is known. */
export interface GaussianSum {
  /** w: its noise multiplier is w times the calibrated one. */
  readonly relativeNoise: number;
  /** How often it is released. */
  readonly repetitions: number;
  /** Without it the noise is accounted as one discrete or continuous Gaussian (they have the same RDP). */
  readonly distributed?: {
    /** H. */
    readonly shares: number;
    readonly dimension: number;
    /** L2 sensitivity of the sum to one person, in integer units. */
    readonly integerSensitivity: number;
  };
  /** Probability that a person is in it, by coins the adversary does not see; absent: 1. */
  readonly rate?: number;
}

export interface NoiseTarget {
  readonly epsilon: number;
  readonly delta: number;
  readonly sums: readonly GaussianSum[];
  /** Where to start, with other releases already charged or with other orders. */
  readonly accountant?: Accountant<PrivacyEvent>;
}

export interface NoiseCalibration {
  /** z: safe, i.e. the composed epsilon at delta is at most the target. */
  readonly noiseMultiplier: number;
  /** The composed epsilon at that z. */
  readonly epsilon: number;
  /** A z that does not keep the target; the true minimum is above it. */
  readonly tooLittle: number;
}

/** The event of a Gaussian sum whose noise multiplier is `noiseMultiplier` x `relativeNoise`. */
export function gaussianSumEvent(sum: GaussianSum, noiseMultiplier: number): PrivacyEvent {
  const event = noiseOf(sum, noiseMultiplier * sum.relativeNoise);
  return sum.rate === undefined ? event : { kind: 'poisson-sampled', rate: sum.rate, event };
}

function noiseOf({ rate, distributed }: GaussianSum, z: number): Noise {
  if (distributed === undefined) {
    // Accounted as the integers it will be: what is known of a sampled discrete Gaussian is a little more than of a continuous one.
    return rate === undefined
      ? { kind: 'gaussian', noiseMultiplier: z }
      : { kind: 'discrete-gaussian', sigma: z, sensitivity: 1 };
  }
  const { shares, dimension, integerSensitivity } = distributed;
  return {
    kind: 'distributed-discrete-gaussian',
    localSigma: (z * integerSensitivity) / Math.sqrt(shares),
    shares,
    dimension,
    sensitivity: integerSensitivity,
  };
}

/** What a masked sum over drawn persons adds to a {@link GaussianSum}: the kind of noise decides what drawing gains. */
export function sampledSum(rate: number, shares: number): Pick<GaussianSum, 'rate' | 'distributed'> {
  // Integers so fine that a sum of shares is one discrete Gaussian to every digit.
  return shares === 1 ? { rate } : { rate, distributed: { shares, dimension: 1, integerSensitivity: 2 ** 20 } };
}

/** Composed epsilon at `delta` of Gaussian sums whose noise multipliers are `noiseMultiplier` x their relative noise. */
export function epsilonOfSums(
  sums: readonly GaussianSum[],
  noiseMultiplier: number,
  delta: number,
  accountant: Accountant<PrivacyEvent> = RdpAccountant.empty(),
): number {
  return sums
    .reduce((tally, sum) => tally.compose(gaussianSumEvent(sum, noiseMultiplier), sum.repetitions), accountant)
    .epsilon(delta);
}

/**
 * The least noise multiplier (to a relative 1e-9) for which the sums compose to at most `epsilon` at `delta`.
 * @throws AccountantError PRIVACY_TARGET_UNREACHABLE when no noise is enough, e.g. because the accountant's start is above it.
 */
export function calibrateNoise(target: NoiseTarget): NoiseCalibration {
  if (!(target.epsilon > 0)) throw parameterInvalid('epsilon', target.epsilon, 'a number > 0');
  if (!(target.delta > 0 && target.delta < 1)) {
    throw parameterInvalid('delta', target.delta, 'a number in (0, 1)');
  }
  for (const sum of target.sums) {
    if (!(sum.relativeNoise > 0)) throw parameterInvalid('relativeNoise', sum.relativeNoise, 'a number > 0');
  }
  const epsilonAt = (z: number): number => epsilonOfSums(target.sums, z, target.delta, target.accountant);
  const bracket = leastSafe(epsilonAt, target.epsilon, 1, 1e-9);
  if (bracket === null) {
    throw new AccountantError(
      'PRIVACY_TARGET_UNREACHABLE',
      `no noise keeps epsilon ${target.epsilon} at delta ${target.delta}: raise one of them or charge less before`,
    );
  }
  return { noiseMultiplier: bracket.safe, epsilon: bracket.cost, tooLittle: bracket.unsafe };
}

/** Both ends of the last bracket. */
export interface SafeBracket {
  /** Its cost is at most the target. */
  readonly safe: number;
  /** Its cost is above the target; 0 when everything's is at most that. */
  readonly unsafe: number;
  /** The cost at `safe`. */
  readonly cost: number;
}

/**
 * Least value whose cost, decreasing in the value, is at most `target`, to a relative `precision`: a bracket by doubling,
 * then secants in log-log, which privacy costs are nearly straight in, with bisection where those do not help.
 * @returns null when nothing up to 1e15 x `start` is safe.
 */
export function leastSafe(
  costOf: (value: number) => number,
  target: number,
  start: number,
  precision: number,
): SafeBracket | null {
  let safe = start;
  let cost = costOf(safe);
  let unsafe = 0;
  let unsafeCost = Infinity;
  const look = (value: number): void => {
    const here = costOf(value);
    if (here <= target) [safe, cost] = [value, here];
    else [unsafe, unsafeCost] = [value, here];
  };
  while (cost > target) {
    [unsafe, unsafeCost] = [safe, cost];
    safe *= 2;
    if (safe > 1e15 * start) return null;
    cost = costOf(safe);
  }
  while (unsafe === 0) {
    if (safe < 1e-12 * start) return { safe, unsafe, cost };
    look(safe / 2);
  }
  let width = safe / unsafe;
  for (let sinceHalved = 0; safe - unsafe > precision * safe;) {
    const share = Math.log(unsafeCost / target) / Math.log(unsafeCost / cost);
    if (sinceHalved < 3 && share > 0 && share < 1) {
      // Aim a little to either side of the straight line's crossing in turn, so that both ends close in.
      const crossing = unsafe * (safe / unsafe) ** share;
      const aside = crossing * Math.max(precision / 4, ((safe - unsafe) * 1e-3) / safe);
      look(clampInside(sinceHalved % 2 === 0 ? crossing + aside : crossing - aside, unsafe, safe));
    } else look((safe + unsafe) / 2);
    const narrower = safe / unsafe;
    if (narrower - 1 <= (width - 1) / 2) {
      sinceHalved = 0;
      width = narrower;
    } else sinceHalved++;
  }
  return { safe, unsafe, cost };
}

function clampInside(value: number, low: number, high: number): number {
  return value > low && value < high ? value : (low + high) / 2;
}
