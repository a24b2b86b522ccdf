/**
 * Chooses the window of losses and its tilt: the smallest transform for which the mass that wraps around and the rounding stay
 * far below delta. The choice affects only speed and accuracy. For every choice the composition adds the exact amounts, and
 * stays an upper bound.
 * @module
 */
import { parameterInvalid } from '../../accounting/errors.ts';
import { leastOverTilts, LossSketch } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';

/** Largest mass that may wrap around the window, relative to delta. */
const WRAPPED = 1e-9;
/** Largest error of rounding, relative to delta. */
const ROUNDED = 1e-9;

/** Relative rounding error of a spectrum per draw: see `tail-series.ts`. */
const ROUNDING_PER_DRAW = 3e-14;

/** Tilts to try, as factors of the tilt that centres on the loss asked for. A smaller tilt has lighter tails above. */
const TILTS = [1, 0.7, 0.5, 0.35, 0.25] as const;

const SMALLEST_WINDOW = 2 ** 10;
const LARGEST_WINDOW = 2 ** 24;

/** An approximate composition with its exact ends. */
export class ComposedSketch {
  readonly step: number;
  /** Number of independent losses in the sum. */
  readonly draws: number;
  /** Grid index of the largest finite sum. */
  readonly highest: number;
  readonly #parts: readonly { readonly sketch: LossSketch; readonly count: number }[];

  constructor(terms: readonly RepeatedLoss[]) {
    const total = (of: (term: RepeatedLoss) => number): number => terms.reduce((sum, term) => sum + of(term), 0);
    this.step = terms.length === 0 ? 1 : terms[0].losses.step;
    this.draws = total(({ count }) => count);
    this.highest = total(({ losses, count }) => count * (losses.lowest + losses.masses.length - 1));
    this.#parts = terms.map(({ losses, count }) => ({ sketch: new LossSketch(losses), count }));
  }

  /** Approximate cumulant generating function of the sum. */
  cumulant(theta: number): number {
    return this.#parts.reduce((sum, { sketch, count }) => sum + count * sketch.cumulant(theta), 0);
  }
}

export interface WindowRequest {
  /** The tilt that centres the composition on the loss asked for. */
  readonly theta: number;
  /** The loss asked for, or one slightly above it. */
  readonly centre: number;
  /** Least grid index at which the tail is wanted. */
  readonly first: number;
  /** Approximate delta at `centre`. */
  readonly scale: number;
}

export interface Window {
  readonly tilt: number;
  /** Grid points of the period, a power of two. */
  readonly size: number;
}

/** @throws AccountantError PRIVACY_PARAMETER_INVALID if the grid is too fine for this composition. */
export function chooseWindow(sketch: ComposedSketch, { theta, centre, first, scale }: WindowRequest): Window {
  const { step } = sketch;
  const roundedLess = (tilt: number): boolean =>
    Math.log(ROUNDING_PER_DRAW * sketch.draws) + sketch.cumulant(tilt) - tilt * centre <= Math.log(ROUNDED * scale);
  const wrapped = Math.log(WRAPPED * scale);
  // A mass appears again one period higher, and counts exp(-tilt span) times there: no window is smaller than this.
  const smallest = Math.max(SMALLEST_WINDOW, 2 ** Math.floor(Math.log2(-wrapped / (2 * theta * step))));
  for (let size = smallest; size <= LARGEST_WINDOW; size *= 2) {
    const span = size * step;
    // A mass beyond the window appears one period lower, and counts exp(tilt span) times.
    const above = logTailAbove(sketch, first + size);
    for (const share of TILTS) {
      const tilt = Math.max(share * theta, -wrapped / span);
      if (above + tilt * span <= wrapped && (tilt === theta || roundedLess(tilt))) return { tilt, size };
    }
  }
  throw parameterInvalid('step', step, `a coarser grid for this composition, e.g. ${10 * step}`);
}

/** Approximate upper bound of log P[loss >= index x step], by Chernoff. */
function logTailAbove(sketch: ComposedSketch, index: number): number {
  if (index > sketch.highest) return -Infinity;
  const loss = index * sketch.step;
  return Math.min(0, leastOverTilts((t) => sketch.cumulant(t) - t * loss, 1e-3).value);
}
