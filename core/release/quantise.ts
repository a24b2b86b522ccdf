/**
 * The number of bits that a target learns about a person from the representations that it receives. A float looks like 32
 * bits, but recommendations may use only a few levels of each number. So the measure rounds to the fewest bits per number that
 * keep the quality.
 * @module
 */
import type { ReceivedRepresentations, SentHistory } from './release.ts';

/** Bits per number that are tried, from the coarsest. */
export const QUANTISED_BITS: readonly number[] = [1, 2, 3, 4, 6, 8];
/** Bits of a number that is not rounded. */
export const WHOLE_BITS = 32;

/**
 * Rounds each number to one of 2^bits levels between -scale and the scale of its coordinate. A vector of zeros means "nothing
 * known", and stays.
 */
export function quantised(
  vector: Float32Array,
  { history, scales }: Pick<Box, 'history' | 'scales'>,
  bits: number,
): Float32Array {
  if (bits >= WHOLE_BITS || vector.every((value) => value === 0)) return vector;
  const levels = 2 ** bits;
  return vector.map((value, i) => {
    if (history !== undefined && i >= history.at && i <= history.at + history.slots) return value;
    const scale = scales[i];
    if (scale === 0) return 0;
    const level = Math.min(levels - 1, Math.max(0, Math.floor(((value / scale + 1) / 2) * levels)));
    return scale * ((2 * level + 1) / levels - 1);
  });
}

/** The largest absolute value of each coordinate of vectors [persons, dimension] row-major. The target knows these values. */
export function scalesOf(vectors: Float32Array, dimension: number): Float32Array {
  const scales = new Float32Array(dimension);
  vectors.forEach((value, at) => {
    scales[at % dimension] = Math.max(scales[at % dimension], Math.abs(value));
  });
  return scales;
}

/**
 * The fewest bits per number whose loss is below `tolerance`.
 * @param quality the quality of vectors with this many bits per number; higher is better.
 */
export function coarsestBits(quality: (bits: number) => number, tolerance: number): number {
  const whole = quality(WHOLE_BITS);
  return QUANTISED_BITS.find((bits) => quality(bits) > whole - tolerance) ?? WHOLE_BITS;
}

/** The shape of one source's representation of a person, as the target receives it. */
export interface Box {
  readonly source: string;
  /** Scale of each number; empty if nothing was sent. */
  readonly scales: Float32Array;
  /** Number of prototypes among which a code chooses; 0 if the representation holds numbers. */
  readonly codes: number;
  /** The history, if the source sends it itself: its numbers are items, and are not rounded. */
  readonly history?: SentHistory;
}

export function boxOf({ dimension, history, noiseModel, source, vectors }: ReceivedRepresentations): Box {
  const codes = dimension === 0 ? 0 : (noiseModel.prototypes?.length ?? 0) / dimension;
  return { source, codes, scales: scalesOf(vectors, dimension), ...(history && { history }) };
}

/** Bits of one person's representations from all sources, with `bits` bits per number. Equal for all persons. */
export function bitsOf(boxes: readonly Box[], bits: number): number {
  return boxes.reduce((sum, box) => {
    const { codes, history } = box;
    if (codes > 0) return sum + Math.ceil(Math.log2(codes));
    const ofHistory = history === undefined ? 0 : history.slots * Math.ceil(Math.log2(history.items + 1));
    return sum + ofHistory + roundedNumbers(box) * bits;
  }, 0);
}

/** Number of numbers that are rounded: those of a history are not. */
export function roundedNumbers({ codes, history, scales }: Box): number {
  return codes > 0 ? 0 : scales.length - (history === undefined ? 0 : history.slots + 1);
}
