/**
 * From a history to what enters the trunk: the person's place among the platform's item vectors, and two numbers that
 * mean the same on every platform. Everything here is computed from one history and from released values.
 *
 * Item vectors span another subspace on every platform, found up to rotation and sign only, so their directions have no
 * common meaning. What is common is their rank (directions come strongest first), how long a history is, and how well
 * known the items in it are. A trunk that is shared can learn from those: how far to trust the tenth direction of a
 * platform beside its first, and how taste bends with activity and popularity.
 * @module
 */
import type { SumQuery, Contribution } from '../../privacy/mechanism.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { encodeHistory } from '../encoder/item-vectors.ts';

/** Inputs beside the item vectors' dimensions: length of the history, renown of its items. */
export const COMMON_INPUTS = 2;

/** A history of this length or more has length input 1. */
const LONGEST = 1000;
/** An item vector this much shorter than the longest, or lost in noise, has renown -1; the longest has 0. */
const SHORTEST = 1e-3;

/** Raw inputs: the unit vector of the history, then length in [0, 1], then renown in [-1, 0]. */
export class HistoryInputs {
  readonly width: number;
  readonly #encoder: ItemVectors;
  readonly #renown: Float64Array; /* [items] */

  constructor(encoder: ItemVectors) {
    this.width = encoder.dimension + COMMON_INPUTS;
    this.#encoder = encoder;
    this.#renown = renownOf(encoder);
  }

  /** @param length of the whole history that `items` is a part of. */
  raw(items: Uint32Array, length: number): Float32Array {
    const out = new Float32Array(this.width);
    out.set(encodeHistory(items, this.#encoder));
    out[this.width - 2] = Math.min(1, Math.log(Math.max(1, length)) / Math.log(LONGEST));
    let sum = 0;
    for (let position = 0; position < items.length; position++) sum += this.#renown[items[position]];
    out[this.width - 1] = items.length === 0 ? -1 : sum / items.length;
    return out;
  }
}

function renownOf({ dimension, vectors }: ItemVectors): Float64Array {
  const lengths = new Float64Array(vectors.length / dimension);
  let longest = 0;
  for (let item = 0; item < lengths.length; item++) {
    let square = 0;
    for (let j = item * dimension; j < (item + 1) * dimension; j++) square += vectors[j] * vectors[j];
    lengths[item] = Math.sqrt(square);
    longest = Math.max(longest, lengths[item]);
  }
  if (longest === 0) return lengths.fill(-1);
  return lengths.map((length) => -Math.log(Math.max(length / longest, SHORTEST)) / Math.log(SHORTEST));
}

/** First and second moments of the raw inputs and the number of persons: what standardising rests on. */
export function momentsQuery(label: string, width: number, relativeNoise: number): SumQuery {
  return {
    label,
    dimension: 2 * width + 1,
    // 1 for the count, 1 for the unit vector, and room for its squares and for the common inputs.
    clip: Math.sqrt(3),
    repetitions: 1,
    relativeNoise,
    scope: 'platform',
  };
}

export function momentsOf(raw: Float32Array): Contribution {
  const values = new Float32Array(2 * raw.length + 1);
  values.set(raw);
  for (let j = 0; j < raw.length; j++) values[raw.length + j] = raw[j] * raw[j];
  values[2 * raw.length] = 1;
  return { values };
}

/** Centres each input and brings it to variance 1 / width, so that a whole input has length about 1. */
export interface Standardiser {
  readonly mean: Float64Array;
  readonly factor: Float64Array;
}

/** A variance below this share of the average is noise: such an input is scaled as if it had that much. */
const LEAST_VARIANCE = 0.02;

/** @param sums released moments: what {@link momentsOf} adds up to, with noise. */
export function standardiserOf(sums: Float64Array): Standardiser {
  const width = (sums.length - 1) / 2;
  const persons = Math.max(1, sums[2 * width]);
  const mean = Float64Array.from({ length: width }, (_, j) => sums[j] / persons);
  const variance = mean.map((value, j) => Math.max(0, sums[width + j] / persons - value * value));
  const least = Math.max(1e-6, (LEAST_VARIANCE * variance.reduce((sum, value) => sum + value, 0)) / width);
  return { mean, factor: variance.map((value) => 1 / Math.sqrt(width * Math.max(value, least))) };
}

/** In place. Bounded, so that one strange history cannot reach far out. */
export function standardise(raw: Float32Array, { mean, factor }: Standardiser): Float32Array {
  const bound = FARTHEST / Math.sqrt(raw.length);
  for (let j = 0; j < raw.length; j++) {
    raw[j] = Math.min(bound, Math.max(-bound, (raw[j] - mean[j]) * factor[j]));
  }
  return raw;
}

/** In standard deviations. */
const FARTHEST = 5;
