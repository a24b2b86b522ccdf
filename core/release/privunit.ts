/**
 * PrivUnit: one eps0-locally private sample of a direction u. With probability p it is a uniform point of the cap {v :
 * <u, v> >= gamma}, otherwise a uniform point of the rest of the sphere. Divided by its expected cosine it is unbiased
 * for u. Bhowmick, Duchi, Freudiger, Kapoor and Rogers (2018), "Protection Against Reconstruction". p and gamma are
 * optimised as in Asi, Feldman and Talwar (2022), "Optimal Algorithms for Mean Estimation under Local Differential
 * Privacy": for each gamma the whole eps0 goes into p.
 *
 * Pure eps0-LDP: the output density takes two values, p/q on the cap and (1-p)/(1-q) off it, whose ratio is exp(eps0).
 * @module
 */
import type { RandomSource } from '../random/source.ts';
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import { RandomWords } from '../random/random-words.ts';
import { capMoment, capPoint, capProbability, spherePoint, uniform } from './sphere-cap.ts';

export interface PrivUnitParameters {
  readonly dimension: number;
  readonly epsilon0: number;
  /** gamma: height of the cap, in [0, 1). */
  readonly height: number;
  /** p: probability of the cap. */
  readonly probability: number;
  /** m = E<u, V>: the expected cosine with the true direction. Samples are divided by it. */
  readonly expectedCosine: number;
}

/**
 * Released coordinates are multiples of this, before division by m. The grid is much coarser than the rounding of
 * doubles, so the low bits of a sample reveal nothing about the arithmetic that made it.
 */
const GRID = 2 ** -14;
const LARGEST_DIMENSION = 1024;

/** p that uses the whole eps0 for a cap of probability q: p/(1-p) = exp(eps0) q/(1-q). */
function capShare(epsilon0: number, q: number): number {
  return 1 / (1 + (Math.exp(-epsilon0) * (1 - q)) / q);
}

/** m for a cap of this height: A (p/q - (1-p)/(1-q)) with A = E[T; T >= gamma]. */
function cosineAt(dimension: number, epsilon0: number, height: number): number {
  const q = capProbability(dimension, height);
  const p = capShare(epsilon0, q);
  return capMoment(dimension, height) * (p / q - (1 - p) / (1 - q));
}

/**
 * The pair (gamma, p) with the largest expected cosine for eps0.
 * @throws PrivacyError PRIVACY_BAD_PARAMETER unless 2 <= dimension <= 1024 and 0 < eps0 <= 64.
 */
export function privUnitParameters(dimension: number, epsilon0: number): PrivUnitParameters {
  if (!Number.isInteger(dimension) || dimension < 2 || dimension > LARGEST_DIMENSION) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', `ldp: dimension must be 2 to 1024, and is ${dimension}`);
  }
  if (!(epsilon0 > 0 && epsilon0 <= 64)) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', `ldp: epsilon0 must be above 0 and at most 64, and is ${epsilon0}`);
  }
  // The search is over x in sqrt(1 - gamma^2) = exp(-x). That is fine-grained near gamma = 1, where large eps0 have
  // their optimum.
  const heightOf = (x: number): number => Math.sqrt(-Math.expm1(-2 * x));
  const value = (x: number): number => cosineAt(dimension, epsilon0, heightOf(x));
  const reach = 1 + (2 * epsilon0) / (dimension - 1);
  const steps = 200;
  let best = 0;
  for (let step = 1; step < steps; step++) {
    if (value((reach * step) / steps) > value((reach * best) / steps)) best = step;
  }
  let low = (reach * Math.max(0, best - 1)) / steps;
  let high = (reach * (best + 1)) / steps;
  for (let round = 0; round < 60; round++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if (value(left) < value(right)) low = left;
    else high = right;
  }
  const height = heightOf((low + high) / 2);
  return {
    dimension,
    epsilon0,
    height,
    probability: capShare(epsilon0, capProbability(dimension, height)),
    expectedCosine: cosineAt(dimension, epsilon0, height),
  };
}

/**
 * Draws one debiased sample: E = u, squared norm 1/m^2.
 * @param representation of any norm. If it has no direction (zero, or not finite), a uniform direction is used.
 */
export function privUnitSample(
  { dimension, height, probability, expectedCosine }: PrivUnitParameters,
  representation: Float32Array,
  random: RandomSource,
): Float32Array {
  if (representation.length !== dimension) {
    throw new PrivacyError(
      'PRIVACY_BAD_PARAMETER',
      `ldp: a representation has ${representation.length} numbers where ${dimension} belong`,
    );
  }
  const words = new RandomWords(random);
  const direction = unitDirection(representation) ?? spherePoint(dimension, words);
  const point = capPoint(direction, height, uniform(words) < probability, words);
  return Float32Array.from(point, (value) => (Math.round(value / GRID) * GRID) / expectedCosine);
}

/** u = x/|x|; undefined if the vector has no direction (zero, or not finite). */
export function unitDirection(vector: Float32Array): Float64Array | undefined {
  let square = 0;
  for (const value of vector) square += value * value;
  if (!(square > 0) || !Number.isFinite(square)) return undefined;
  const norm = Math.sqrt(square);
  return Float64Array.from(vector, (value) => value / norm);
}
