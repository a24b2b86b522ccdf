/**
 * A linear kernel of sparse and dense features in plain JavaScript, with sums in float64.
 * @module
 */
import type { FeatureOrder, HeldFeatures, Numbers } from '../kernels.ts';

export function holdFeaturesInJavaScript(order: FeatureOrder): HeldFeatures {
  const { columns, dense, denseWidth, sparse, sparseWidth } = order;
  const { items, offsets, weights } = sparse;
  const rows = offsets.length - 1;

  const transposedTimes = (v: Numbers): { sparse: Float64Array; dense: Float64Array } => {
    const ofSparse = new Float64Array(sparseWidth * columns);
    const ofDense = new Float64Array(denseWidth * columns);
    for (let row = 0; row < rows; row++) {
      for (let at = offsets[row]; at < offsets[row + 1]; at++) {
        addTo(ofSparse, items[at] * columns, weights[at], v, row * columns, columns);
      }
      for (let i = 0; i < denseWidth; i++) {
        addTo(ofDense, i * columns, dense[row * denseWidth + i], v, row * columns, columns);
      }
    }
    return { sparse: ofSparse, dense: ofDense };
  };
  return {
    kernelTimes(v, share) {
      const { dense: ofDense, sparse: ofSparse } = transposedTimes(v);
      const out = new Float32Array(rows * columns);
      const line = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        line.fill(0);
        for (let at = offsets[row]; at < offsets[row + 1]; at++) {
          addTo(line, 0, share * weights[at], ofSparse, items[at] * columns, columns);
        }
        for (let i = 0; i < denseWidth; i++) {
          addTo(line, 0, (1 - share) * dense[row * denseWidth + i], ofDense, i * columns, columns);
        }
        out.set(line, row * columns);
      }
      return out;
    },
    transposedTimes(v) {
      const { dense: ofDense, sparse: ofSparse } = transposedTimes(v);
      return { sparse: Float32Array.from(ofSparse), dense: Float32Array.from(ofDense) };
    },
  };
}

function addTo(to: Float64Array, at: number, weight: number, from: Numbers, base: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] += weight * from[base + i];
}
