/**
 * The guard against negative transfer: how much of decoder, prior and popularity goes into a score is chosen on held-out
 * persons and may be nothing of the decoder.
 * @module
 */
import type { HeldOutRanking, RankingQuality } from './held-out.ts';

export interface Blend {
  readonly decoder: number;
  readonly prior: number;
  readonly popularity: number;
}

const steps = 5;

/** All mixtures in fifths; whoever rests on less comes first, so that a tie is decided for the simpler one. */
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
 * @param decoder candidate scores in the same units as `prior`; absent where there is nothing to decode
 * @param popularity candidate scores, on a scale of its own that is comparable with the prior's
 */
export function chooseBlend(
  ranking: HeldOutRanking,
  prior: Float32Array,
  popularity: Float32Array,
  decoder: Float32Array | undefined,
): BlendChoice {
  let best: BlendChoice | undefined;
  const mixed = new Float32Array(prior.length);
  for (const blend of mixtures(decoder !== undefined)) {
    for (let i = 0; i < mixed.length; i++) {
      mixed[i] =
        blend.prior * prior[i] +
        blend.popularity * popularity[i] +
        (decoder === undefined ? 0 : blend.decoder * decoder[i]);
    }
    const quality = ranking.quality(mixed);
    if (best === undefined || quality.mean > best.quality.mean) best = { blend, quality };
  }
  return best ?? { blend: { decoder: 0, prior: 0, popularity: 1 }, quality: { uniform: 0, popularity: 0, mean: 0 } };
}
