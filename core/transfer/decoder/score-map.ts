/**
 * Maps features directly to scores. One part scores an item by the factors that the regression predicts. The other part
 * adds the histories of the persons it was fitted on, each scaled to unit length, as further outputs of the same ridge
 * regression.
 *
 * Factors keep what many items have in common, histories what is specific to one item. Both are linear in the features,
 * so their mixture is one vector per item.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import { kernels } from '../../kernels/index.ts';
import type { HeldRows } from '../../kernels/index.ts';
import type { Factors } from '../factors/implicit-als.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { Regression } from './regression.ts';

export interface ScoreMap {
  readonly width: number;
  /** Scores for features of zero. */
  readonly intercept: Float32Array /* [items] */;
  readonly items: Float32Array /* [items, width] row-major */;
}

/** Scores by the predicted factor of a person with these features. */
export function factorScoreMap(
  { map }: Pick<Regression, 'map'>,
  { dimension, items }: Pick<Factors, 'dimension' | 'items'>,
): ScoreMap {
  const { inputMean, inputs, outputMean, outputs, weights } = map;
  const transposed = new Float64Array(weights.length);
  const base = Float64Array.from(outputMean);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const weight = weights[i * outputs + o];
      transposed[o * inputs + i] = weight;
      base[o] -= inputMean[i] * weight;
    }
  }
  return {
    width: inputs,
    intercept: multiplyVector(items, dimension, base),
    items: kernels.multiply(items, dimension, transposed, inputs),
  };
}

/** Scores by the histories of the regression's persons, through the same regression. */
export function historyScoreMap(
  { features, inverse, map, persons }: Omit<Regression, 'layout'>,
  domain: Domain,
): ScoreMap {
  const width = map.inputs;
  const cross = new Float64Array(domain.catalogue.length * width);
  const intercept = new Float32Array(domain.catalogue.length);
  const index = personIndex(domain);
  const centred = new Float64Array(width);
  persons.forEach((person, p) => {
    for (let i = 0; i < width; i++) centred[i] = features[p * width + i] - map.inputMean[i];
    const { items: history } = historyOf(domain, index.get(person) ?? 0);
    const share = 1 / Math.sqrt(Math.max(1, history.length));
    for (const item of history) {
      intercept[item] += share / persons.length;
      for (let i = 0; i < width; i++) cross[item * width + i] += share * centred[i];
    }
  });
  const items = kernels.multiply(cross, width, inverse, width);
  const offset = multiplyVector(items, width, map.inputMean);
  return { width, intercept: intercept.map((value, item) => value - offset[item]), items };
}

/** The mixture (1 - share) a + share scale b. */
export function mixedScoreMap(a: ScoreMap, b: ScoreMap, share: number, scale: number): ScoreMap {
  const mix = (x: Float32Array, y: Float32Array): Float32Array =>
    x.map((value, at) => (1 - share) * value + share * scale * y[at]);
  return { width: a.width, intercept: mix(a.intercept, b.intercept), items: mix(a.items, b.items) };
}

/** A score map held by the kernels, for many calls. */
export class HeldScores {
  readonly map: ScoreMap;
  readonly #items: HeldRows;

  constructor(map: ScoreMap) {
    this.map = map;
    this.#items = kernels.holdRows(map.items, map.width, map.intercept);
  }

  of(features: Float64Array): Float32Array /* [items] */ {
    return this.#items.times(features);
  }

  /** Scores of some items, the same to the bit as those among all. */
  ofSome(features: Float64Array, items: Uint32Array): Float32Array {
    return this.#items.someTimes(features, items);
  }

  /** The weight of each feature in the item's score: [width]. */
  weights(item: number): Float32Array {
    return this.#items.row(item);
  }
}
