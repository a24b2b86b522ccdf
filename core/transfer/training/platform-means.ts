/**
 * Means of features, one row for each platform that teaches, behind the weights of a shared model. A person adds the own
 * features to the row of the own platform, with a count before them, and the opened sum of a round replaces the row. A mean is
 * a ratio of two opened sums, so it is right whichever platforms and persons took part.
 *
 * Sums of features under one clip: Harder, Adamczewski and Park, AISTATS 2021 (DP-MERF), section 4.
 * @module
 */
import type { PlatformMeans, SharedBlock } from '../encoder.ts';

/** Row p: 1 if the mean of platform p is known, else 0; then the mean. */
export const meansBlock = ({ features, platforms }: PlatformMeans): SharedBlock => ({
  name: 'means',
  shape: [platforms, 1 + features],
});

/** Numbers of all rows together. */
export const sizeOfMeans = ({ features, platforms }: PlatformMeans): number => platforms * (1 + features);

/**
 * The rows after a round.
 * @param before rows before it, [platforms, 1 + features] row-major.
 * @param sum the opened sums of the same places, all in one unit.
 * @param noiseDeviation standard deviation of the noise in each of them.
 */
export function nextMeans(
  { features, platforms }: PlatformMeans,
  before: Float32Array,
  sum: Float64Array,
  noiseDeviation: number,
): Float32Array {
  const rows = before.slice();
  const width = 1 + features;
  for (let start = 0; start < platforms * width; start += width) {
    const count = sum[start];
    // Features have length 1, so a mean whose noise is longer says nothing. A platform may also have been away.
    if (!(count > noiseDeviation * Math.sqrt(features))) continue;
    for (let j = 0; j < width; j++) rows[start + j] = sum[start + j] / count;
  }
  return rows;
}

/**
 * The mean of one platform less the mean over all known platforms [features]; zeros if its own is not known.
 * @param rows [platforms, 1 + features] row-major.
 */
export function deviationOf(
  { features, platforms }: PlatformMeans,
  rows: Float32Array,
  platform: number,
): Float64Array {
  const width = 1 + features;
  const known = Array.from({ length: platforms }, (_, p) => p).filter((p) => rows[p * width] > 0);
  const deviation = new Float64Array(features);
  if (!known.includes(platform)) return deviation;
  return deviation.map((_, j) => {
    const at = (p: number): number => rows[p * width + 1 + j];
    return at(platform) - known.reduce((sum, p) => sum + at(p), 0) / known.length;
  });
}
