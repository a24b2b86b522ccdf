/**
 * Chooses the window of losses and its tilt: the smallest transform for which the mass that wraps around and the rounding stay
 * far below delta. The choice affects only speed and accuracy. For every choice the composition adds the exact amounts, and
 * stays an upper bound.
 * @module
 */
import { parameterInvalid } from '../../accounting/errors.ts';
import { leastOverTilts, LossSketch } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';

/** Mass beyond the window, relative to delta. It is added to delta. */
const BEYOND = 1e-12;
/** Mass that wraps around, relative to delta. */
const WRAPPED = 1e-9;
/** Error of rounding, relative to delta. */
const ROUNDED = 1e-9;

/** Relative rounding error of a spectrum per draw: see `composed-loss.ts`. */
const ROUNDING_PER_DRAW = 1e-14;

/** Tilts to try, relative to the one that centres on the loss asked for. A smaller tilt has lighter tails above. */
const TILTS = [1, 0.7, 0.5, 0.35, 0.25] as const;

const SMALLEST_WINDOW = 2 ** 10;
const LARGEST_WINDOW = 2 ** 24;

/** An approximate composition with its exact ends. */
export class ComposedSketch {
  readonly step: number;
  /** Number of losses that are added. */
  readonly draws: number;
  /** Grid indices of the least and the largest finite sum. */
  readonly lowest: number;
  readonly highest: number;
  readonly #parts: readonly { readonly sketch: LossSketch; readonly count: number }[];

  constructor(terms: readonly RepeatedLoss[]) {
    const total = (of: (term: RepeatedLoss) => number): number => terms.reduce((sum, term) => sum + of(term), 0);
    this.step = terms.length === 0 ? 1 : terms[0].losses.step;
    this.draws = total(({ count }) => count);
    this.lowest = total(({ losses, count }) => count * losses.lowest);
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
  /** That loss, or one a little above it. */
  readonly centre: number;
  /** Loss at which the tail must begin. */
  readonly from: number;
  /** Approximate delta at `centre`. */
  readonly scale: number;
}

export interface Window {
  readonly tilt: number;
  /** Grid points of the transform, a power of two. */
  readonly size: number;
  /** First grid index of the wanted tail. */
  readonly first: number;
  /** Last grid index of the wanted tail, and of the window. */
  readonly top: number;
  /** Tilt of a Chernoff bound on the mass beyond `top`. */
  readonly beyondTilt: number;
}

/** @throws AccountantError PRIVACY_PARAMETER_INVALID if the grid is too fine for this composition. */
export function chooseWindow(sketch: ComposedSketch, { theta, centre, from, scale }: WindowRequest): Window {
  const { step } = sketch;
  const allowed = Math.log(BEYOND * scale);
  const above = leastOverTilts((t) => (sketch.cumulant(t) - allowed) / t, theta / 4);
  const top = Math.min(sketch.highest, Math.ceil(Math.max(above.value, centre + step) / step)) + 1;
  const first = Math.min(Math.floor(from / step), top - 1);
  const roundedLess = (tilt: number): boolean =>
    Math.log(ROUNDING_PER_DRAW * sketch.draws) + sketch.cumulant(tilt) - tilt * centre <= Math.log(ROUNDED * scale);
  const tilts = TILTS.map((share) => share * theta).filter((tilt, i) => i === 0 || roundedLess(tilt));
  const wrapped = Math.log(WRAPPED * scale);
  for (let size = SMALLEST_WINDOW; size <= LARGEST_WINDOW; size *= 2) {
    if (size < top - first + 1) continue;
    const span = size * step;
    const [upper, lower] = [logTailAbove(sketch, first + size), logTailBelow(sketch, top - size)];
    // Mass above wraps down and counts exp(tilt span) times; mass below wraps up and counts exp(-tilt span) times.
    const tilt = tilts.find((t) => upper + t * span <= wrapped && lower - t * span <= wrapped);
    if (tilt !== undefined) return { tilt, size, first, top, beyondTilt: above.theta };
  }
  const wanted = (step * (top - first + 1) * 4) / LARGEST_WINDOW;
  throw parameterInvalid('step', step, `a coarser grid for this composition, e.g. ${Math.max(10 * step, wanted)}`);
}

/** Approximate upper bound of log P[loss >= index x step], by Chernoff. */
function logTailAbove(sketch: ComposedSketch, index: number): number {
  if (index > sketch.highest) return -Infinity;
  const loss = index * sketch.step;
  return Math.min(0, leastOverTilts((t) => sketch.cumulant(t) - t * loss, 1e-3).value);
}

/** Approximate upper bound of log P[loss <= index x step], by Chernoff. */
function logTailBelow(sketch: ComposedSketch, index: number): number {
  if (index < sketch.lowest) return -Infinity;
  const loss = index * sketch.step;
  return Math.min(0, leastOverTilts((t) => sketch.cumulant(-t) + t * loss, 1e-3).value);
}
