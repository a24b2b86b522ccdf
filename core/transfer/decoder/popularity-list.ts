/**
 * Popularity as one part of a blend.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { itemCounts } from '../../data/select.ts';

/** log(1 + count), scaled to the spread of `reference` so that both can be mixed. */
export function popularityOnScaleOf(
  domain: Domain,
  reference: Float32Array | undefined,
): { readonly list: Float32Array; readonly scale: number } {
  const list = Float32Array.from(itemCounts(domain), (count) => Math.log1p(count));
  const own = spread(list);
  const scale = reference === undefined || own === 0 ? 1 : spread(reference) / own;
  return { list: list.map((value) => value * scale), scale };
}

/** Standard deviation. */
export function spread(list: Float32Array): number {
  let sum = 0;
  let square = 0;
  for (const value of list) {
    sum += value;
    square += value * value;
  }
  const mean = sum / Math.max(1, list.length);
  return Math.sqrt(Math.max(0, square / Math.max(1, list.length) - mean * mean));
}
