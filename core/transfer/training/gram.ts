/**
 * Fusion of views: the few directions on which the views agree, from one charged sum and without rounds. A widest direction of
 * one view may be a nuisance that no other view knows, and a local release mode carries few numbers.
 *
 * Regularised generalised canonical correlations (MAX-VAR): with the moments G of all views side by side and B, the blocks of G
 * within each view plus a ridge, the directions are the leading eigenvectors of B^-1/2 G B^-1/2. Kettenring, Biometrika 1971;
 * Tenenhaus and Tenenhaus, Psychometrika 2011. One noised matrix of moments: Dwork, Talwar, Thakurta and Zhang, STOC 2014.
 * @module
 */
import { z } from 'zod';
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import { unit } from '../encoder/item-vectors.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { parseSettings } from '../settings.ts';
import type { Training } from './training.ts';

export interface GramSettings {
  /** Numbers of a representation; a local release mode sends as many as it can carry. */
  readonly numbers: number;
  /** The ridge, in units of a view's mean eigenvalue. Very large: the widest directions of all views side by side. */
  readonly ridge: number;
}

const defaults: GramSettings = { numbers: 8, ridge: 0.1 };

const schema: z.ZodType<GramSettings> = z.strictObject({
  numbers: z.int().min(1).max(64).default(defaults.numbers),
  ridge: z.number().min(1e-6).max(1e9).default(defaults.ridge),
});

const MOMENTS = 'fusion/moments';

export const gram: Training<GramSettings> = {
  name: 'gram',
  summary: 'the few directions on which the views agree, from one charged sum without rounds',
  reference: 'Kettenring, Biometrika 1971 (MAX-VAR); Tenenhaus and Tenenhaus 2011; Dwork et al., STOC 2014',
  readsViews: true,
  portion: 0.2,
  defaults,
  ablation: { off: 'the widest directions in place of those on which views agree', settings: { ridge: 1e9 } },
  settings: (raw) => parseSettings(schema, raw, 'gram'),
  width: (inputs, { numbers }, release) => Math.min(inputs, releasedDimension(release, numbers)),
  asks: (_shape, _platform, inputs) => [
    { label: MOMENTS, dimension: (inputs * (inputs + 1)) / 2, clip: 1, repetitions: 1, portion: 1 },
  ],
  initialModel: () => new Float32Array(0),
  async join({ inputs, settings, shape, sums, views, widths, width }) {
    const released = await sums.release(MOMENTS, (batch) => batch.map((history) => momentsOf(inputs(history))));
    const kept = gram.width(width, settings, shape.release);
    // A view alone agrees with itself everywhere, so its widest directions are taken.
    const ridge = views.length > 1 ? settings.ridge : Number.MAX_SAFE_INTEGER;
    const directions = agreement(squareOf(released, width), widths, { kept, ridge });
    return {
      contribution: () => () => [],
      encode: () => (history) => {
        const whole = inputs(history);
        return unit(
          Float64Array.from({ length: kept }, (_, k) =>
            whole.reduce((sum, value, i) => sum + value * directions[k * width + i], 0),
          ),
        );
      },
    };
  },
};

/** The upper triangle of t tᵀ, row by row. Off the diagonal it is times the root of 2, so that its length is |t|². */
function momentsOf(t: Float32Array): WrittenContribution {
  const values = new Float32Array((t.length * (t.length + 1)) / 2);
  let at = 0;
  for (let i = 0; i < t.length; i++) {
    for (let j = i; j < t.length; j++) values[at++] = (i === j ? 1 : Math.SQRT2) * t[i] * t[j];
  }
  return { values };
}

/** The symmetric matrix [width, width] of a sum of {@link momentsOf}. */
function squareOf(triangle: Float64Array, width: number): Float64Array {
  const square = new Float64Array(width * width);
  let at = 0;
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const value = (i === j ? 1 : Math.SQRT1_2) * triangle[at++];
      square[i * width + j] = square[j * width + i] = value;
    }
  }
  return square;
}

/** Rows are directions: representation k is the product of a person's numbers with row k [kept, width]. */
export function agreement(
  moments: Float64Array,
  widths: readonly number[],
  { kept, ridge }: { readonly kept: number; readonly ridge: number },
): Float64Array {
  const width = widths.reduce((sum, one) => sum + one, 0);
  const whitening = new Float64Array(width * width);
  let start = 0;
  for (const own of widths) {
    const block = new Float64Array(own * own);
    for (let i = 0; i < own; i++) {
      for (let j = 0; j < own; j++) block[i * own + j] = moments[(start + i) * width + start + j];
    }
    const { values, vectors } = symmetricEigen(block, own);
    const mean = values.reduce((sum, value) => sum + Math.max(0, value), 0) / own;
    for (let k = 0; k < own; k++) {
      // Noise may leave an eigenvalue below zero.
      const inverse = 1 / Math.sqrt(Math.max(0, values[k]) + ridge * mean || 1);
      for (let i = 0; i < own; i++) {
        for (let j = 0; j < own; j++) {
          whitening[(start + i) * width + start + j] += inverse * vectors[k * own + i] * vectors[k * own + j];
        }
      }
    }
    start += own;
  }
  const { vectors } = symmetricEigen(product(product(whitening, moments, width), whitening, width), width);
  return product(vectors.subarray(0, kept * width), whitening, width);
}

/** A B for A [rows, width] and B [width, width]. */
function product(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length / width; i++) {
    for (let k = 0; k < width; k++) {
      for (let j = 0; j < width; j++) out[i * width + j] += a[i * width + k] * b[k * width + j];
    }
  }
  return out;
}
