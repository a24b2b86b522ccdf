/**
 * Calibration: the least noise that keeps a target. Always the safe end of the bracket.
 * @module
 */
import type { Accountant, PrivacyEvent } from './accountant.ts';
import { PrivacyParameterError, PrivacyTargetUnreachableError } from './errors.ts';
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
}

export interface NoiseTarget {
  readonly epsilon: number;
  readonly delta: number;
  readonly sums: readonly GaussianSum[];
  /** Where to start, with other releases already charged or with other orders. */
  readonly accountant?: Accountant;
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
  const z = noiseMultiplier * sum.relativeNoise;
  if (sum.distributed === undefined) return { kind: 'gaussian', noiseMultiplier: z };
  const { shares, dimension, integerSensitivity } = sum.distributed;
  return {
    kind: 'distributed-discrete-gaussian',
    localSigma: (z * integerSensitivity) / Math.sqrt(shares),
    shares,
    dimension,
    sensitivity: integerSensitivity,
  };
}

/** Composed epsilon at `delta` of Gaussian sums whose noise multipliers are `noiseMultiplier` x their relative noise. */
export function epsilonOfSums(
  sums: readonly GaussianSum[],
  noiseMultiplier: number,
  delta: number,
  accountant: Accountant = RdpAccountant.empty(),
): number {
  return sums
    .reduce((tally, sum) => tally.compose(gaussianSumEvent(sum, noiseMultiplier), sum.repetitions), accountant)
    .epsilon(delta);
}

/**
 * The least noise multiplier (to a relative 1e-9) for which the sums compose to at most `epsilon` at `delta`.
 * @throws {PrivacyTargetUnreachableError} when no noise is enough, e.g. because the accountant's start is above it.
 */
export function calibrateNoise(target: NoiseTarget): NoiseCalibration {
  if (!(target.epsilon > 0)) throw new PrivacyParameterError('epsilon', target.epsilon, 'a number > 0');
  if (!(target.delta > 0 && target.delta < 1)) {
    throw new PrivacyParameterError('delta', target.delta, 'a number in (0, 1)');
  }
  for (const sum of target.sums) {
    if (!(sum.relativeNoise > 0)) throw new PrivacyParameterError('relativeNoise', sum.relativeNoise, 'a number > 0');
  }
  const epsilonAt = (z: number): number => epsilonOfSums(target.sums, z, target.delta, target.accountant);
  const bracket = leastSafe((z) => epsilonAt(z) <= target.epsilon, 1, 1e-9);
  if (bracket === null) {
    throw new PrivacyTargetUnreachableError(
      `no noise keeps epsilon ${target.epsilon} at delta ${target.delta}: raise one of them or charge less before`,
    );
  }
  return { noiseMultiplier: bracket.safe, epsilon: epsilonAt(bracket.safe), tooLittle: bracket.unsafe };
}

/**
 * Least value for which a monotone predicate (false below, true above) holds, to a relative `precision`: bracket by
 * doubling, then bisect. `safe` satisfies it, `unsafe` does not (0 when everything does).
 */
export function leastSafe(
  isSafe: (value: number) => boolean,
  start: number,
  precision: number,
): { readonly safe: number; readonly unsafe: number } | null {
  let safe = start;
  let unsafe = 0;
  if (isSafe(safe)) {
    while (safe > 1e-12) {
      const half = safe / 2;
      if (!isSafe(half)) {
        unsafe = half;
        break;
      }
      safe = half;
    }
  } else {
    do {
      unsafe = safe;
      safe *= 2;
      if (safe > 1e15) return null;
    } while (!isSafe(safe));
  }
  while (safe - unsafe > precision * safe) {
    const middle = (safe + unsafe) / 2;
    if (isSafe(middle)) safe = middle;
    else unsafe = middle;
  }
  return { safe, unsafe };
}
