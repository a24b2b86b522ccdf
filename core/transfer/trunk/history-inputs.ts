/**
 * Turns a history into the trunk's inputs: the person's position among the platform's item vectors, and two numbers
 * that have the same meaning on every platform. Everything here is computed from one history and from released values.
 *
 * Item vectors span a different subspace on every platform, and are found only up to rotation and sign, so their
 * directions have no common meaning. Three things have a common meaning: the reliability of a direction, that is, how
 * far one half of a history agrees with the other (directions lost in the noise do not agree at all), the length of a
 * history, and how well known its items are.
 * @module
 */
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import type { Ask } from '../per-person.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import type { Encode } from '../views/view.ts';

/** Inputs beside the item vectors' dimensions: length of the history, and renown of its items. */
export const COMMON_INPUTS = 2;

/** A history of this length or more has length input 1. */
const LONGEST = 1000;
/** An item vector shorter than the longest by this factor, or lost in the noise, has renown -1. The longest has 0. */
const SHORTEST = 1e-3;

/** Raw inputs: the views' numbers of the history, then length in [0, 1], then renown in [-1, 0]. */
export class HistoryInputs {
  readonly width: number;
  readonly #encode: Encode;
  readonly #renown: Float64Array | undefined; /* [items] */

  /**
   * @param width of `encode`.
   * @param items vectors whose lengths say how well known an item is; without them nothing is.
   */
  constructor(encode: Encode, width: number, items?: ItemVectors) {
    this.width = width + COMMON_INPUTS;
    this.#encode = encode;
    this.#renown = items && renownOf(items);
  }

  /** @param length of the whole history that `items` is a part of. */
  raw(items: Uint32Array, length: number): Float32Array {
    const out = new Float32Array(this.width);
    out.set(this.#encode({ items }));
    out[this.width - 2] = Math.min(1, Math.log(Math.max(1, length)) / Math.log(LONGEST));
    let sum = 0;
    for (let position = 0; position < items.length; position++) sum += this.#renown?.[items[position]] ?? -1;
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

/**
 * The sum that {@link scalingOf} needs: moments of the two halves of everybody's history, and the number of persons.
 */
export function momentsAsk(label: string, width: number, portion: number): Ask {
  return {
    label,
    dimension: 3 * width + 1,
    // 1 for the count, 1 for the mean of two unit vectors, and 1 for squares, products and the common inputs.
    clip: Math.sqrt(3),
    repetitions: 1,
    portion,
  };
}

/** Mean, mean square and product of the halves' raw inputs, followed by 1. */
export function momentsOf(first: Float32Array, second: Float32Array): WrittenContribution {
  const width = first.length;
  const values = new Float32Array(3 * width + 1);
  for (let j = 0; j < width; j++) {
    values[j] = (first[j] + second[j]) / 2;
    values[width + j] = (first[j] * first[j] + second[j] * second[j]) / 2;
    values[2 * width + j] = first[j] * second[j];
  }
  values[3 * width] = 1;
  return { values };
}

/**
 * Centres each input and gives it the variance reliability / width. A whole input then has length up to 1, and
 * directions of every platform enter with a weight that depends only on their reliability.
 */
export interface InputScaling {
  /** Mean of each raw input: [width]. */
  readonly mean: Float64Array;
  /** Factor that gives each centred input its variance: [width]. */
  readonly factor: Float64Array;
  /** Correlation of an input between two halves of the same history. */
  readonly reliability: Float64Array;
}

/** A variance below this share of the average is treated as noise: the input is scaled as if it had that share. */
const LEAST_VARIANCE = 0.02;
/** Lower bound on reliability, so that no input is silenced: two short halves may fail to show a real direction. */
const LEAST_RELIABILITY = 0.02;

/** @param sums the released sum of {@link momentsOf}, with noise. */
export function scalingOf(sums: Float64Array): InputScaling {
  const width = (sums.length - 1) / 3;
  const persons = Math.max(1, sums[3 * width]);
  const mean = Float64Array.from({ length: width }, (_, j) => sums[j] / persons);
  const variance = mean.map((value, j) => Math.max(0, sums[width + j] / persons - value * value));
  const least = Math.max(1e-6, (LEAST_VARIANCE * variance.reduce((sum, value) => sum + value, 0)) / width);
  const reliability = variance.map((value, j) => {
    const common = sums[2 * width + j] / persons - mean[j] * mean[j];
    return Math.min(1, Math.max(LEAST_RELIABILITY, common / Math.max(value, least)));
  });
  const factor = variance.map((value, j) => Math.sqrt(reliability[j] / (width * Math.max(value, least))));
  return { mean, factor, reliability };
}

/** Bound in standard deviations, so that one unusual history cannot have a large effect. */
const FARTHEST = 5;

/** Scales in place. */
export function scaleInputs(raw: Float32Array, { mean, factor, reliability }: InputScaling): Float32Array {
  for (let j = 0; j < raw.length; j++) {
    const bound = FARTHEST * Math.sqrt(reliability[j] / raw.length);
    raw[j] = Math.min(bound, Math.max(-bound, (raw[j] - mean[j]) * factor[j]));
  }
  return raw;
}
