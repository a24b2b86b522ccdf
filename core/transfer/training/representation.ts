/**
 * A network's output z as a representation: z and a constant behind it. Released vectors have unit length, and with the
 * constant their direction still shows the length of z. A local release mode carries few numbers: the leading ones of z.
 * @module
 */
import type { PublicRelease } from '../encoder.ts';
import { releasedDimension } from '../encoder/release-shape.ts';

/** About the length of z. */
const ANCHOR = 0.5;

/** Numbers of a representation. @param dimension length of z. */
export function representationWidth(dimension: number, release: PublicRelease | undefined): number {
  return Math.min(dimension + 1, releasedDimension(release, dimension + 1));
}

/** @param z undefined: nothing is known of the person, and all numbers are zeros. @param width as above. */
export function representationOf(z: ArrayLike<number> | undefined, width: number): Float32Array {
  const out = new Float32Array(width);
  if (z === undefined) return out;
  for (let i = 0; i < width; i++) out[i] = i < z.length ? z[i] : ANCHOR;
  return out;
}
