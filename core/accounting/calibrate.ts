/**
 * Calibration: finds the least noise whose cost is at most a target, and returns the safe end of the last bracket.
 * @module
 */
import type { Accountant, Noise, PrivacyEvent } from './accountant.ts';
import { AccountantError, parameterInvalid } from './errors.ts';
import { RdpAccountant } from './rdp.ts';

/** One kind of Gaussian sum, before its noise is known. */
export interface GaussianSum {
  /** w: the noise multiplier of this sum is w times the calibrated one. */
  readonly relativeNoise: number;
  /** Number of releases. */
  readonly repetitions: number;
  /** If absent, the noise is accounted as one Gaussian. Discrete and continuous ones have the same RDP unless sampled. */
  readonly distributed?: {
    /** H: number of honest shares that count. */
    readonly shares: number;
    readonly dimension: number;
    /** L2 sensitivity of the sum to one person, in integer units. */
    readonly integerSensitivity: number;
  };
  /** Probability with which a person is drawn for the sum, unseen by the adversary. If absent, every person is in it. */
  readonly rate?: number;
}

export interface NoiseTarget {
  readonly epsilon: number;
  readonly delta: number;
  readonly sums: readonly GaussianSum[];
  /** The accountant to start from, for example with other releases already charged. Default: an empty one. */
  readonly accountant?: Accountant<PrivacyEvent>;
}

export interface NoiseCalibration {
  /** z: the composed epsilon at delta is at most the target. */
  readonly noiseMultiplier: number;
  /** The composed epsilon at z. */
  readonly epsilon: number;
  /** A z whose epsilon is above the target, so that the true minimum is above this z. */
  readonly tooLittle: number;
}

/** The event of a Gaussian sum whose noise multiplier is `noiseMultiplier` x `relativeNoise`. */
export function gaussianSumEvent(sum: GaussianSum, noiseMultiplier: number): PrivacyEvent {
  const event = noiseOf(sum, noiseMultiplier * sum.relativeNoise);
  return sum.rate === undefined ? event : { kind: 'poisson-sampled', rate: sum.rate, event };
}

function noiseOf({ rate, distributed }: GaussianSum, z: number): Noise {
  if (distributed === undefined) {
    // The release is in integers, and the bound for a sampled discrete Gaussian is slightly above that for a continuous one.
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

/** Fields of a {@link GaussianSum} for a masked sum over drawn persons, whose bound depends on the number of noise shares. */
export function sampledSum(rate: number, shares: number): Pick<GaussianSum, 'rate' | 'distributed'> {
  // With integers this fine, the sum of shares costs the same as one discrete Gaussian, in every digit of a double.
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
 * @throws AccountantError PRIVACY_PARAMETER_INVALID; PRIVACY_TARGET_UNREACHABLE if no noise is enough, for example because the
 * accountant to start from already exceeds the target.
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

/** The ends of the last bracket. */
export interface SafeBracket {
  /** A value whose cost is at most the target. */
  readonly safe: number;
  /** A value whose cost is above the target; 0 if every value down to 1e-12 x `start` meets the target. */
  readonly unsafe: number;
  /** The cost at `safe`. */
  readonly cost: number;
}

/**
 * The least value whose cost is at most `target`, to a relative `precision`; the cost must decrease in the value. The search
 * doubles and halves until it has a bracket. It narrows the bracket by secants in log-log coordinates, where privacy costs are
 * nearly straight, and by bisection where secants do not help.
 * @returns null if no value up to 1e15 x `start` is safe.
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
      // The search aims alternately slightly above and below the crossing of the straight line, so that both ends move.
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
