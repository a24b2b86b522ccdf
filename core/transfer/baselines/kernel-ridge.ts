/**
 * Kernel ridge regression with many outputs (Saunders, Gammerman and Vovk, ICML 1998) for the kernel
 * s <profiles> + (1 - s) <factors>. Outputs are centred, and conjugate gradients find the dual weights for a whole path of
 * penalties at once.
 *
 * Both parts of the kernel are inner products, so the kernel matrix is never formed. A product with it is two products with
 * the features, linear in persons and interactions. A prediction is one product with a weight per feature.
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import type { HeldFeatures } from '../../kernels/index.ts';
import { conjugateGradients } from '../linear-algebra/conjugate-gradient.ts';
import { columnMeans } from '../linear-algebra/products.ts';
import type { Profile } from './source-profiles.ts';

export interface PersonFeatures {
  readonly profile: Profile;
  /** Source representations side by side: [sum of the dimensions]. */
  readonly factor: Float32Array;
}

export interface KernelRidge {
  predict(person: PersonFeatures): Float64Array /* [outputs] */;
}

export class KernelRidgePath {
  readonly #features: HeldFeatures;
  readonly #outputs: number;
  /** [outputs] */
  readonly #mean: Float64Array;
  /** The outputs less their mean: [persons, outputs] row-major. */
  readonly #centred: Float64Array;

  /**
   * @param train in the order of the rows of `y`
   * @param profileItems items of all sources
   * @param y float64 [persons, outputs]
   */
  constructor(train: readonly PersonFeatures[], profileItems: number, y: Float64Array, outputs: number) {
    const denseWidth = train.length === 0 ? 0 : train[0].factor.length;
    const offsets = new Uint32Array(train.length + 1);
    train.forEach(({ profile }, row) => (offsets[row + 1] = offsets[row] + profile.items.length));
    const items = new Uint32Array(offsets[train.length]);
    const weights = new Float32Array(offsets[train.length]);
    const dense = new Float32Array(train.length * denseWidth);
    train.forEach(({ factor, profile }, row) => {
      items.set(profile.items, offsets[row]);
      weights.set(profile.weights, offsets[row]);
      dense.set(factor, row * denseWidth);
    });
    const sparse = { offsets, items, weights };
    this.#features = kernels.holdFeatures({ sparse, sparseWidth: profileItems, dense, denseWidth, columns: outputs });
    this.#outputs = outputs;
    const mean = columnMeans(y, outputs);
    this.#mean = mean;
    this.#centred = y.map((value, at) => value - mean[at % outputs]);
  }

  /**
   * @param share s, of the profiles in the kernel
   * @param penalties λ > 0
   * @returns one regression for each penalty
   * @throws the signal's reason when aborted.
   */
  fit(share: number, penalties: readonly number[], signal?: AbortSignal): KernelRidge[] {
    const outputs = this.#outputs;
    const mean = this.#mean;
    const product = (p: Float64Array): Float32Array => this.#features.kernelTimes(p, share);
    const duals = conjugateGradients(product, penalties, this.#centred, outputs, {
      iterations: 40,
      tolerance: 1e-2,
      ...(signal && { signal }),
    });
    return duals.map((dual) => {
      const { dense, sparse } = this.#features.transposedTimes(dual);
      return {
        predict({ factor, profile: { items, weights } }) {
          const out = Float64Array.from(mean);
          for (let i = 0; i < items.length; i++) addTo(out, share * weights[i], sparse, items[i] * outputs);
          for (let i = 0; i < factor.length; i++) addTo(out, (1 - share) * factor[i], dense, i * outputs);
          return out;
        },
      };
    });
  }
}

function addTo(out: Float64Array, weight: number, from: Float32Array, at: number): void {
  if (weight === 0) return;
  for (let o = 0; o < out.length; o++) out[o] += weight * from[at + o];
}
