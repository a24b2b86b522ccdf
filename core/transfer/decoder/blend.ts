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
 * All mixtures in fifths. Mixtures of fewer parts come first, so that a tie is decided in favour of the simpler one.
 */
function mixtures(decoderAllowed: boolean): readonly Blend[] {
  const all: Blend[] = [];
  for (let decoder = 0; decoder <= (decoderAllowed ? steps : 0); decoder++) {
    for (let popularity = 0; popularity <= steps - decoder; popularity++) {
      const prior = steps - decoder - popularity;
      all.push({ decoder: decoder / steps, prior: prior / steps, popularity: popularity / steps });
    }
  }
  const parts = (blend: Blend): number => [blend.decoder, blend.prior, blend.popularity].filter((w) => w > 0).length;
  return all.sort((a, b) => parts(a) - parts(b));
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
  const blends = mixtures(decoder !== undefined);
  const weights = blends.map((blend) => [blend.prior, blend.popularity, blend.decoder].slice(0, lists.length));
  const qualities = ranking.qualities(lists, weights);
  const at = bestOf(qualities);
  return { blend: blends[at], quality: qualities[at] };
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
