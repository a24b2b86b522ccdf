/**
 * Ridge regression with many outputs, for a whole path of penalties at the price of one eigendecomposition: W(λ) = V (Λ
 * + λ n s I)⁻¹ Vᵀ Xᵀ Y, with features and outputs centred (Hastie, Tibshirani and Friedman, Elements, 3.4.1).
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import { columnMeans } from '../linear-algebra/products.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

export interface LinearMap {
  readonly inputs: number;
  readonly outputs: number;
  readonly inputMean: Float64Array /* [inputs] */;
  readonly outputMean: Float64Array /* [outputs] */;
  readonly weights: Float64Array /* [inputs, outputs] row-major */;
}

export class RidgePath {
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #rows: number;
  readonly #inputMean: Float64Array;
  readonly #outputMean: Float64Array;
  readonly #values: Float64Array;
  readonly #vectors: Float64Array;
  /** Vᵀ Xᵀ Y. */
  readonly #projected: Float64Array;
  /** s: mean variance of a feature. It makes a penalty independent of the units. */
  readonly #scale: number;

  /**
   * @param x float64 [rows, inputs] row-major
   * @param y float64 [rows, outputs] row-major
   */
  constructor(x: Float64Array, inputs: number, y: Float64Array, outputs: number) {
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#rows = x.length / inputs;
    this.#inputMean = columnMeans(x, inputs);
    this.#outputMean = columnMeans(y, outputs);
    const centred = x.map((value, at) => value - this.#inputMean[at % inputs]);
    const covariance = kernels.gram(centred, inputs);
    let trace = 0;
    for (let i = 0; i < inputs; i++) trace += covariance[i * inputs + i];
    this.#scale = trace / Math.max(1, inputs * this.#rows);
    const { values, vectors } = symmetricEigen(covariance, inputs);
    this.#values = values;
    this.#vectors = vectors;
    // XᵀY does not change if Y is centred too, because X is. But the kernel computes in float32, and large means would cost digits.
    const centredY = y.map((value, at) => value - this.#outputMean[at % outputs]);
    const cross = kernels.crossProduct(centred, inputs, centredY, outputs);
    this.#projected = new Float64Array(inputs * outputs);
    for (let r = 0; r < inputs; r++) {
      for (let i = 0; i < inputs; i++) {
        const weight = vectors[r * inputs + i];
        for (let o = 0; o < outputs; o++) this.#projected[r * outputs + o] += weight * cross[i * outputs + o];
      }
    }
  }

  /** (XᵀX + λ n s I)⁻¹, float64 [inputs, inputs]. It turns the XᵀY of any other outputs into weights. */
  inverse(penalty: number): Float64Array {
    return this.#filtered(this.#vectors, this.#inputs, penalty);
  }

  /** @param penalty λ > 0, relative: at 1 a direction of mean variance keeps half of its weight. */
  at(penalty: number): LinearMap {
    const weights = this.#filtered(this.#projected, this.#outputs, penalty);
    return {
      inputs: this.#inputs,
      outputs: this.#outputs,
      inputMean: this.#inputMean,
      outputMean: this.#outputMean,
      weights,
    };
  }

  /** V (Λ + λ n s I)⁻¹ R for R [inputs, width]. Eigenvectors and their values are stored in rows. */
  #filtered(right: Float64Array, width: number, penalty: number): Float64Array {
    const inputs = this.#inputs;
    const out = new Float64Array(inputs * width);
    const ridge = penalty * this.#rows * this.#scale;
    for (let r = 0; r < inputs; r++) {
      const denominator = Math.max(this.#values[r], 0) + ridge;
      // The direction has no variance and almost no penalty: the data do not contain it.
      if (!(denominator > 0)) continue;
      for (let i = 0; i < inputs; i++) {
        const factor = this.#vectors[r * inputs + i] / denominator;
        for (let o = 0; o < width; o++) out[i * width + o] += factor * right[r * width + o];
      }
    }
    return out;
  }
}

/** outputMean + (x - inputMean) W. */
export function applyLinearMap(map: LinearMap, x: Float64Array, at = 0): Float64Array {
  const out = Float64Array.from(map.outputMean);
  for (let i = 0; i < map.inputs; i++) {
    const value = x[at + i] - map.inputMean[i];
    if (value === 0) continue;
    const row = i * map.outputs;
    for (let o = 0; o < map.outputs; o++) out[o] += value * map.weights[row + o];
  }
  return out;
}
