/**
 * Why an item was shown: what each part of the blend adds to its score, source by source, and which items of the
 * catalogue lie nearest to where the released vectors point.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { Explanation, ReleasedVector } from '../strategy.ts';
import type { Blend } from './blend.ts';
import type { Regression } from './regression.ts';

export interface ExplainedDecoder {
  readonly domain: Domain;
  readonly factors: Factors;
  readonly prior: Float64Array /* [d] */;
  readonly blend: Blend;
  readonly popularity: Float32Array /* [items] */;
  readonly regression: Regression | undefined;
}

const nearestShown = 3;

/**
 * Parts named `source:<name>`, `prior` and `popularity` add up to the score; parts named `near:<item id>` are cosines
 * between item factors and what the representation changes.
 */
export function explainScore(
  decoder: ExplainedDecoder,
  released: readonly ReleasedVector[],
  item: number,
): Explanation {
  const { blend, factors, prior } = decoder;
  const d = factors.dimension;
  const own = factors.items.subarray(item * d, item * d + d);
  const changes = blend.decoder > 0 ? changesBySource(decoder.regression, released, d) : [];
  const basePart = blend.decoder > 0 ? decodedWithoutSources(decoder, changes.length > 0) : prior;
  const parts = [
    ...changes.map(({ source, change }) => ({ name: `source:${source}`, weight: blend.decoder * dot(own, change) })),
    { name: 'prior', weight: blend.prior * dot(own, prior) + blend.decoder * dot(own, basePart) },
    { name: 'popularity', weight: blend.popularity * decoder.popularity[item] },
  ];
  if (changes.length === 0) return { basis: blend.popularity === 1 ? 'popularity' : 'prior', parts };
  const total = new Float64Array(d);
  for (const { change } of changes) for (let i = 0; i < d; i++) total[i] += change[i];
  return { basis: 'representation', parts: [...parts, ...nearest(decoder, total, item)] };
}

/** The regression's intercept stands for the prior in it; without a released vector the prior itself does. */
function decodedWithoutSources({ regression, prior }: ExplainedDecoder, anything: boolean): Float64Array {
  return anything && regression !== undefined ? interceptOf(regression) : prior;
}

/** The prediction at features of zero: outputMean - inputMean W. */
function interceptOf({ map }: Regression): Float64Array {
  const out = Float64Array.from(map.outputMean);
  for (let i = 0; i < map.inputs; i++) {
    for (let o = 0; o < map.outputs; o++) out[o] -= map.inputMean[i] * map.weights[i * map.outputs + o];
  }
  return out;
}

function changesBySource(
  regression: Regression | undefined,
  released: readonly ReleasedVector[],
  d: number,
): readonly { readonly source: string; readonly change: Float64Array }[] {
  if (regression === undefined) return [];
  const { layout, map } = regression;
  const features = layout.row((source) => released.find((one) => one.source === source)?.vector);
  return layout.blocks.flatMap((block) => {
    const change = new Float64Array(d);
    let known = false;
    for (let i = block.offset; i < block.offset + block.map.width; i++) {
      const value = features[i];
      if (value === 0) continue;
      known = true;
      for (let o = 0; o < d; o++) change[o] += value * map.weights[i * d + o];
    }
    return known ? [{ source: block.source, change }] : [];
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
