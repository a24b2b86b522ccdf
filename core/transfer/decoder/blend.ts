/**
 * The guard against negative transfer: held-out persons decide how much of decoder, prior and popularity goes into a
 * score. The share of the decoder may be zero.
 * @module
 */
import type { HeldOutRanking, RankingQuality } from './held-out.ts';

export interface Blend {
  readonly decoder: number;
  readonly prior: number;
  readonly popularity: number;
}

const steps = 5;

/**
 * All weights of so many lists in fifths. Mixtures of fewer lists come first, so that a tie is decided in favour of the simpler
 * one.
 */
function mixtures(lists: number): readonly (readonly number[])[] {
  const divide = (parts: number, left: number): readonly (readonly number[])[] =>
    parts === 1
      ? [[left]]
      : Array.from({ length: left + 1 }, (_, last) =>
          divide(parts - 1, left - last).map((others) => [...others, last]),
        ).flat();
  const used = (weights: readonly number[]): number => weights.filter((weight) => weight > 0).length;
  return divide(lists, steps)
    .map((weights) => weights.map((fifths) => fifths / steps))
    .sort((a, b) => used(a) - used(b));
}

export interface WeightsChoice {
  /** One for each list; they sum to 1. */
  readonly weights: readonly number[];
  readonly quality: RankingQuality;
}

/** The weights that rank held-out persons best. @param lists candidate scores in the same units, one to three lists. */
export function chooseWeights(ranking: HeldOutRanking, lists: readonly Float32Array[]): WeightsChoice {
  const tried = mixtures(lists.length);
  const qualities = ranking.qualities(lists, tried);
  const at = bestOf(qualities);
  return { weights: tried[at], quality: qualities[at] };
}

export interface BlendChoice {
  readonly blend: Blend;
  readonly quality: RankingQuality;
}

/**
 * @param decoder candidate scores in the same units as `prior`; absent if there is nothing to decode.
 * @param popularity candidate scores, scaled to be comparable with the prior's.
 */
export function chooseBlend(
  ranking: HeldOutRanking,
  prior: Float32Array,
  popularity: Float32Array,
  decoder: Float32Array | undefined,
): BlendChoice {
  const lists = decoder === undefined ? [prior, popularity] : [prior, popularity, decoder];
  const { quality, weights } = chooseWeights(ranking, lists);
  return { blend: { prior: weights[0], popularity: weights[1], decoder: weights[2] ?? 0 }, quality };
}

/** The place of the best mean, the first among equals. */
export function bestOf(qualities: readonly RankingQuality[]): number {
  const means = qualities.map(({ mean }) => mean);
  return means.indexOf(Math.max(...means));
}

/** (1 - share) a + share scale b. */
export function blended(a: Float32Array, b: Float32Array, share: number, scale: number): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (1 - share) * a[i] + share * scale * b[i];
  return out;
}
