/**
 * Instance selection by kernel mean matching: weights of linked persons, many of them zero, under which the mean of the linked
 * persons' kernel features is that of the persons who arrive. It needs no model of what tells the two apart, so arrivals may
 * lie between linked persons.
 *
 * Random Fourier features stand for the Gaussian kernel (Rahimi and Recht, NIPS 2007), and projected gradient steps solve the
 * quadratic programme.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import type { Fitting } from '../decoder/vector-readout.ts';
import { MOST_WEIGHT, weightedReadout } from '../decoder/weighted-readout.ts';

const about = {
  name: 'mean-matching',
  summary: 'ridge regression on those linked persons whose mean is that of the arrivals',
  reference: 'Huang et al., NIPS 2006, eq. 5 (kernel mean matching)',
};

export const meanMatching = weightedReadout(about, matched);

/** Frequencies of the random features; each gives a cosine and a sine. */
const FREQUENCIES = 100;
const STEPS = 300;

function matched({ arrivals, features, width }: Fitting): Float64Array {
  const prng = new Prng(about.name);
  const scale = 1 / bandwidth(features, width, prng);
  const frequencies = Float64Array.from({ length: FREQUENCIES * width }, () => scale * prng.gaussian());
  const linked = kernelFeatures(features, width, frequencies);
  const wanted = meanOf(kernelFeatures(arrivals, width, frequencies));
  const persons = features.length / width;
  const weights = new Float64Array(persons).fill(1);
  const rate = 1 / largestEigenvalue(linked, persons);
  for (let step = 0; step < STEPS; step++) {
    const gap = weightedMean(linked, weights).map((value, i) => value - wanted[i]);
    for (let p = 0; p < persons; p++) {
      const slope = dot(linked, p * NUMBERS, gap);
      weights[p] = Math.min(MOST_WEIGHT, Math.max(0, weights[p] - rate * slope));
    }
  }
  const mean = weights.reduce((sum, value) => sum + value, 0) / persons;
  return mean > 0 ? weights.map((value) => value / mean) : weights.fill(1);
}

/** A constant, which keeps the mean weight near 1, and the random features. */
const NUMBERS = 1 + 2 * FREQUENCIES;

function kernelFeatures(rows: Float64Array, width: number, frequencies: Float64Array): Float64Array {
  const count = rows.length / width;
  const out = new Float64Array(count * NUMBERS);
  const share = 1 / Math.sqrt(FREQUENCIES);
  for (let p = 0; p < count; p++) {
    out[p * NUMBERS] = 1;
    for (let f = 0; f < FREQUENCIES; f++) {
      let angle = 0;
      for (let i = 0; i < width; i++) angle += frequencies[f * width + i] * rows[p * width + i];
      out[p * NUMBERS + 1 + 2 * f] = share * Math.cos(angle);
      out[p * NUMBERS + 2 + 2 * f] = share * Math.sin(angle);
    }
  }
  return out;
}

/** Half of the median distance between persons, from a sample. */
function bandwidth(features: Float64Array, width: number, prng: Prng): number {
  const persons = features.length / width;
  const distances = Array.from({ length: 500 }, () => {
    const [a, b] = [prng.integer(persons), prng.integer(persons)];
    let square = 0;
    for (let i = 0; i < width; i++) square += (features[a * width + i] - features[b * width + i]) ** 2;
    return Math.sqrt(square);
  }).sort((a, b) => a - b);
  return distances[250] / 2 || 1;
}

/**
 * Largest eigenvalue of the mean outer product of the rows [persons, NUMBERS], by power iteration. It limits the length of a gradient
 * step.
 */
function largestEigenvalue(rows: Float64Array, persons: number): number {
  let vector = new Float64Array(NUMBERS).fill(1 / Math.sqrt(NUMBERS));
  let value = 1;
  for (let step = 0; step < 20; step++) {
    const along = Float64Array.from({ length: persons }, (_, p) => dot(rows, p * NUMBERS, vector));
    const next = weightedMean(rows, along);
    value = Math.hypot(...next);
    vector = next.map((one) => one / value);
  }
  return value;
}

function weightedMean(rows: Float64Array, weights: Float64Array): Float64Array {
  const out = new Float64Array(NUMBERS);
  weights.forEach((weight, p) => {
    if (weight === 0) return;
    for (let i = 0; i < NUMBERS; i++) out[i] += (weight / weights.length) * rows[p * NUMBERS + i];
  });
  return out;
}

function meanOf(rows: Float64Array): Float64Array {
  return weightedMean(rows, new Float64Array(rows.length / NUMBERS).fill(1));
}

function dot(rows: Float64Array, from: number, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += rows[from + i] * vector[i];
  return sum;
}
