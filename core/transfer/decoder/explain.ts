/**
 * Explains why an item was shown: the contribution of each part of the blend to its score, source by source, and the
 * catalogue items nearest to the direction of the released vectors.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { Explanation, ReleasedVector } from '../strategy.ts';
import type { Blend } from './blend.ts';
import type { Fitted } from './decoder-parts.ts';

export interface ExplainedDecoder {
  readonly domain: Domain;
  readonly factors: Pick<Factors, 'dimension' | 'items'>;
  readonly blend: Blend;
  readonly popularity: Float32Array /* [items] */;
  readonly priorScores: Float32Array /* [items] */;
  readonly fitted: Fitted | undefined;
}

const nearestShown = 3;

/**
 * Parts named `source:<name>`, `prior` and `popularity` add up to the score. Parts named `near:<item id>` are cosines
 * between an item's factor and the change that the representation makes to the predicted factor.
 */
export function explainScore(
  decoder: ExplainedDecoder,
  released: readonly ReleasedVector[],
  item: number,
): Explanation {
  const { blend, fitted, priorScores } = decoder;
  const changes = blend.decoder > 0 && fitted !== undefined ? changesBySource(fitted, released, item) : [];
  // Without a released vector the prior replaces the decoder. With one, the decoder's own intercept is the base.
  const base = fitted === undefined || changes.length === 0 ? priorScores[item] : fitted.scores.intercept[item];
  const parts = [
    ...changes.map(({ source, score }) => ({ name: `source:${source}`, weight: blend.decoder * score })),
    { name: 'prior', weight: blend.prior * priorScores[item] + blend.decoder * base },
    { name: 'popularity', weight: blend.popularity * decoder.popularity[item] },
  ];
  if (changes.length === 0) return { basis: blend.popularity === 1 ? 'popularity' : 'prior', parts };
  const total = new Float64Array(decoder.factors.dimension);
  for (const { factor } of changes) for (let i = 0; i < total.length; i++) total[i] += factor[i];
  return { basis: 'representation', parts: [...parts, ...nearest(decoder, total, item)] };
}

/** The amount that each source's block of features adds to the item's score and to the predicted factor. */
function changesBySource(
  { regression: { layout, map }, scores }: Fitted,
  released: readonly ReleasedVector[],
  item: number,
): readonly { readonly source: string; readonly score: number; readonly factor: Float64Array }[] {
  const features = layout.row((source) => released.find((one) => one.source === source)?.vector);
  const weights = scores.weights(item);
  return layout.blocks.flatMap((block) => {
    const factor = new Float64Array(map.outputs);
    let score = 0;
    let known = false;
    for (let i = block.offset; i < block.offset + block.map.width; i++) {
      const value = features[i];
      if (value === 0) continue;
      known = true;
      score += value * weights[i];
      for (let o = 0; o < factor.length; o++) factor[o] += value * map.weights[i * map.outputs + o];
    }
    return known ? [{ source: block.source, score, factor }] : [];
  });
}

function nearest(
  { domain, factors }: ExplainedDecoder,
  direction: Float64Array,
  item: number,
): { readonly name: string; readonly weight: number }[] {
  const d = factors.dimension;
  const length = Math.sqrt(dot(direction, direction));
  const best: { item: number; cosine: number }[] = [];
  for (let other = 0; other < domain.catalogue.length; other++) {
    if (other === item) continue;
    const row = factors.items.subarray(other * d, other * d + d);
    const norm = Math.sqrt(dot(row, row));
    if (norm === 0 || length === 0) continue;
    const cosine = dot(row, direction) / (norm * length);
    if (best.length === nearestShown && cosine <= best[nearestShown - 1].cosine) continue;
    best.push({ item: other, cosine });
    best.sort((a, b) => b.cosine - a.cosine);
    best.length = Math.min(best.length, nearestShown);
  }
  return best.map(({ item: other, cosine }) => ({ name: `near:${domain.catalogue[other]}`, weight: cosine }));
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
