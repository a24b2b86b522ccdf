/**
 * Implicit matrix factorisation by alternating least squares: Hu, Koren and Volinsky, "Collaborative filtering for
 * implicit feedback datasets", ICDM 2008, with the frequency-scaled ridge of Rendle et al., "Revisiting the performance of
 * iALS on item recommendation benchmarks", RecSys 2022:
 *
 *   L = Σ_seen (1 - x·y)² + w0 Σ_all (x·y)² + Σ_u λ (n_u + w0 I)^ν |x_u|² + Σ_i λ (n_i + w0 N)^ν |y_i|²
 *
 * (Hu and Koren's weight alpha is 1/w0.) Factors come out rotated to the principal axes of the persons, largest first, which
 * changes no score: the leading dimensions alone are the best few.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';
import { kernels as hot } from '../../kernels/index.ts';
import type { Kernels, Side } from '../../kernels/index.ts';
import { Prng } from '../../random/prng.ts';
import type { RandomSource } from '../../random/source.ts';
import { TransferError } from '../errors.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import type { AlsSettings } from './als-settings.ts';
import { RowSolver } from './row-solver.ts';
import { transposeInteractions } from './transpose.ts';

/**
 * Conjugate-gradient steps per row and sweep. In the axes of the Gram matrix, and from the row's present factor, three steps reach the
 * loss of exact solutions (Takács, Pilászy and Tikk, "Applications of the conjugate gradient method for implicit feedback
 * collaborative filtering", RecSys 2011).
 */
const STEPS = 3;
/** Number of steps in the last solve for persons. It is larger, so that a person's factor agrees with what the history folds in to. */
const LAST_STEPS = 10;

export interface Factors {
  readonly dimension: number;
  readonly persons: Float32Array /* [persons, dimension] row-major */;
  readonly items: Float32Array /* [items, dimension] row-major */;
  /** The factor of a person who was not in the fit, from a history over the same catalogue. Zeros for an empty history. */
  foldIn(history: Uint32Array): Float32Array;
}

export interface AlsProgress {
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * @param items catalogue size.
 * @throws TransferError TRANSFER_EMPTY_DOMAIN without interactions, TRANSFER_CANCELLED when the signal is aborted.
 */
export function implicitAls(
  interactions: Interactions,
  items: number,
  settings: AlsSettings,
  random: RandomSource,
  progress: AlsProgress = {},
  kernels: Kernels = hot,
): Factors {
  const persons = interactions.offsets.length - 1;
  if (interactions.items.length === 0) {
    throw new TransferError('TRANSFER_EMPTY_DOMAIN', 'no interactions to factorise: give the domain at least one');
  }
  const { dimension: d, unseenWeight } = settings;
  const byItem = transposeInteractions(interactions, items);
  const prng = Prng.fromSource(random);
  const job = kernels.factorisation({
    dimension: d,
    persons: interactions,
    items: byItem,
    start: Float32Array.from({ length: items * d }, () => 0.1 * prng.gaussian()),
    ridges: { persons: ridgesOf(interactions, items, settings), items: ridgesOf(byItem, persons, settings) },
  });
  const solve = (side: Side, steps = STEPS): void => {
    const { values, vectors } = symmetricEigen(job.gram(side === 'persons' ? 'items' : 'persons'), d);
    job.rotate(columns(vectors, d));
    const strengths = values.map((value) => unseenWeight * Math.max(value, 0));
    job.solve(side, strengths, steps);
  };
  for (let sweep = 0; sweep < settings.sweeps; sweep++) {
    if (progress.signal?.aborted === true) {
      throw new TransferError('TRANSFER_CANCELLED', 'factorisation was cancelled');
    }
    solve('persons');
    solve('items');
    progress.onProgress?.((sweep + 1) / settings.sweeps);
  }
  solve('persons', LAST_STEPS);
  job.rotate(columns(symmetricEigen(job.gram('persons'), d).vectors, d));
  return factorsOf(job.factors('persons'), job.factors('items'), settings);
}

/** @param persons float32 [persons, dimension]; `items` likewise */
export function factorsOf(persons: Float32Array, items: Float32Array, settings: AlsSettings): Factors {
  let solver: RowSolver | undefined;
  return {
    dimension: settings.dimension,
    persons,
    items,
    foldIn(history) {
      const out = new Float32Array(settings.dimension);
      solver ??= new RowSolver(items, settings);
      solver.solve(history, 0, history.length, out, 0);
      return out;
    },
  };
}

/** λ (n + w0 N)^ν of each row, n its entries and N the rows of the other side. */
function ridgesOf({ offsets }: Interactions, others: number, settings: AlsSettings): Float32Array {
  const { ridge, ridgeExponent, unseenWeight } = settings;
  return Float32Array.from({ length: offsets.length - 1 }, (_, row) => {
    return ridge * (offsets[row + 1] - offsets[row] + unseenWeight * others) ** ridgeExponent;
  });
}

function columns(rows: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) out[c * n + r] = rows[r * n + c];
  return out;
}
