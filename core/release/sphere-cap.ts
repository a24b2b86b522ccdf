/**
 * Caps of the unit sphere in d dimensions: their probability, and uniform points on them.
 *
 * T = <u, V> of a uniform V has density c_d (1 - t^2)^((d-3)/2), with c_2 = 1/pi, c_3 = 1/2, c_(d+2) = c_d d/(d-1).
 * @module
 */
import { incompleteBeta } from '../accounting/special/beta.ts';
import type { RandomWords } from '../random/random-words.ts';

/** c_d: the constant of the density of T. */
export function capDensity(dimension: number): number {
  let density = dimension % 2 === 0 ? 1 / Math.PI : 0.5;
  for (let d = dimension % 2 === 0 ? 2 : 3; d < dimension; d += 2) density *= d / (d - 1);
  return density;
}

/** q = P[T >= height] = I_(1 - height^2)((d-1)/2, 1/2) / 2, height in [0, 1). */
export function capProbability(dimension: number, height: number): number {
  return incompleteBeta(1 - height * height, (dimension - 1) / 2, 0.5) / 2;
}

/** E[T; T >= height] = c_d (1 - height^2)^((d-1)/2) / (d-1). */
export function capMoment(dimension: number, height: number): number {
  return (capDensity(dimension) * (1 - height * height) ** ((dimension - 1) / 2)) / (dimension - 1);
}

/** A uniform point on the unit sphere. */
export function spherePoint(dimension: number, words: RandomWords): Float64Array {
  const point = new Float64Array(dimension);
  let square = 0;
  for (let i = 0; i < dimension; i++) {
    point[i] = gaussian(words);
    square += point[i] * point[i];
  }
  const norm = Math.sqrt(square);
  return point.map((value) => value / norm);
}

/**
 * A uniform point among those with <u, V> >= height or, if `inside` is false, among those below.
 * @param direction unit vector u.
 */
export function capPoint(direction: Float64Array, height: number, inside: boolean, words: RandomWords): Float64Array {
  const dimension = direction.length;
  const t = inside ? heightInside(dimension, height, words) : heightBelow(dimension, height, words);
  // A uniform direction orthogonal to u. A point drawn almost along u would lose precision, so it is drawn again.
  for (;;) {
    const side = spherePoint(dimension, words);
    const along = dot(side, direction);
    const square = 1 - along * along;
    if (square < 0.01) continue;
    const across = Math.sqrt((1 - t * t) / square);
    return side.map((value, i) => t * direction[i] + across * (value - along * direction[i]));
  }
}

/** Draws T given T >= height. */
function heightInside(dimension: number, height: number, words: RandomWords): number {
  const k = (dimension - 3) / 2;
  if (height < 0.02) {
    for (;;) {
      const t = spherePoint(dimension, words)[0];
      if (t >= height) return t;
    }
  }
  // w = 1 - t^2 has density w^k / t on [0, 1 - height^2]: w^k by inversion, 1/t by rejection against 1/height.
  for (;;) {
    const w = (1 - height * height) * uniform(words) ** (1 / (k + 1));
    const t = Math.sqrt(1 - w);
    if (uniform(words) * t < height) return t;
  }
}

/** Draws T given T < height. Rejection is fast: height >= 0, so this is at least half of the sphere. */
function heightBelow(dimension: number, height: number, words: RandomWords): number {
  for (;;) {
    const t = spherePoint(dimension, words)[0];
    if (t < height) return t;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Uniform in (0, 1), 53 bits. */
export function uniform(words: RandomWords): number {
  return ((words.next() >>> 5) * 67_108_864 + (words.next() >>> 6) + 0.5) / 9_007_199_254_740_992;
}

/** A normal sample, by Box-Muller. Only directions use it, and no claim depends on their tails. */
function gaussian(words: RandomWords): number {
  return Math.sqrt(-2 * Math.log(uniform(words))) * Math.cos(2 * Math.PI * uniform(words));
}
