/**
 * Item vectors from titles: words and pairs of neighbouring words are hashed to a fixed number of buckets (feature hashing,
 * Weinberger et al., ICML 2009), weighed by their rarity among titles, and reduced by latent semantic analysis
 * (Deerwester et al., JASIS 1990). Titles are public, and nothing else goes in.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { topEigen } from '../linear-algebra/top-eigen.ts';

/** A bound on the cost of the reduction, however many items there are. */
const BUCKETS = 8192;

/** A title as buckets and their weights, of length 1. */
interface Bag {
  /** Numbers of the buckets, among those that some title uses. */
  readonly buckets: Uint32Array;
  readonly weights: Float64Array;
}

/** @param dimension numbers of a vector; the last ones are zeros where titles have fewer directions. */
export function titleVectors(titles: readonly (string | undefined)[], dimension: number): ItemVectors {
  const { bags, used } = bagsOf(titles);
  const axesUsed = Math.min(dimension, used);
  // XᵀX Q for the matrix X of items and buckets.
  const times = (q: Float64Array, columns: number): Float64Array => {
    const out = new Float64Array(q.length);
    const row = new Float64Array(columns);
    for (const bag of bags) {
      project(bag, q, columns, row);
      bag.buckets.forEach((bucket, i) => {
        const weight = bag.weights[i];
        for (let c = 0; c < columns; c++) out[bucket * columns + c] += weight * row[c];
      });
    }
    return out;
  };
  const { vectors: axes } = topEigen(used, axesUsed, times, new Prng('titles'));
  const vectors = new Float32Array(titles.length * dimension);
  const row = new Float64Array(axesUsed);
  bags.forEach((bag, item) => {
    project(bag, axes, axesUsed, row);
    vectors.set(row, item * dimension);
  });
  return { dimension, vectors };
}

function project({ buckets, weights }: Bag, axes: Float64Array, columns: number, into: Float64Array): void {
  into.fill(0);
  buckets.forEach((bucket, i) => {
    for (let c = 0; c < columns; c++) into[c] += weights[i] * axes[bucket * columns + c];
  });
}

function bagsOf(titles: readonly (string | undefined)[]): { readonly bags: readonly Bag[]; readonly used: number } {
  const found = titles.map((title) => [...new Set(termsOf(title ?? '').map(bucketOf))]);
  const counts = new Uint32Array(BUCKETS);
  for (const bucket of found.flat()) counts[bucket] += 1;
  const places = new Map(
    Array.from(counts.keys())
      .filter((bucket) => counts[bucket] > 0)
      .map((bucket, place) => [bucket, place]),
  );
  const bags = found.map((own) => {
    const weights = own.map((bucket) => Math.log1p(titles.length / counts[bucket]));
    const length = Math.hypot(...weights);
    return {
      buckets: Uint32Array.from(own, (bucket) => places.get(bucket) ?? 0),
      weights: Float64Array.from(weights, (weight) => weight / length),
    };
  });
  return { bags, used: places.size };
}

/** Words of two characters or more, and pairs of neighbours. */
function termsOf(title: string): readonly string[] {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return words.flatMap((word, at) => (at === 0 ? [word] : [word, `${words[at - 1]} ${word}`]));
}

/** FNV-1a over UTF-16 units. */
function bucketOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
