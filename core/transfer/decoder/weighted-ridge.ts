/**
 * Ridge regression with many outputs and a weight per row: (XᵀDX + λ n s I)⁻¹ XᵀDY, with features and outputs centred by
 * their weighted means. Penalties are relative, as in ridge-path.ts.
 * @module
 */
import { choleskyInPlace, choleskySolveMany } from '../linear-algebra/cholesky.ts';
import { gram } from '../linear-algebra/products.ts';
import type { LinearMap } from './ridge-path.ts';

/**
 * @param x float64 [rows, inputs] row-major
 * @param y float64 [rows, outputs] row-major
 * @param weights [rows], at least 0; absent: all 1.
 */
export function weightedRidge(
  x: Float64Array,
  inputs: number,
  y: Float64Array,
  outputs: number,
  penalty: number,
  weights: Float64Array = new Float64Array(x.length / inputs).fill(1),
): LinearMap {
  const inputMean = weightedMean(x, inputs, weights);
  const outputMean = weightedMean(y, outputs, weights);
  const centred = x.map((value, at) => value - inputMean[at % inputs]);
  const system = gram(centred, inputs, weights);
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += system[i * inputs + i];
  const weightsOf = new Float64Array(inputs * outputs);
  if (!(trace > 0)) return { inputs, outputs, inputMean, outputMean, weights: weightsOf };
  for (let i = 0; i < inputs; i++) system[i * inputs + i] += (penalty * trace) / inputs;
  for (let row = 0; row * inputs < x.length; row++) {
    for (let i = 0; i < inputs; i++) {
      const value = weights[row] * centred[row * inputs + i];
      if (value === 0) continue;
      for (let o = 0; o < outputs; o++) weightsOf[i * outputs + o] += value * (y[row * outputs + o] - outputMean[o]);
    }
  }
  choleskyInPlace(system, inputs);
  choleskySolveMany(system, inputs, weightsOf, outputs);
  return { inputs, outputs, inputMean, outputMean, weights: weightsOf };
}

function weightedMean(x: Float64Array, width: number, weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, value) => sum + value, 0) || 1;
  const mean = new Float64Array(width);
  x.forEach((value, at) => (mean[at % width] += (weights[Math.floor(at / width)] * value) / total));
  return mean;
}
