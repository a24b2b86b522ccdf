/**
 * The Fourier transform of real sequences, from one complex transform of half the size (fft.js).
 * @module
 */
import FFT from 'fft.js';

/** Half spectrum of a real sequence: the complex values 0 ... size / 2, as two arrays. */
export interface HalfSpectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Largest transform whose tables are kept. The tables of all sizes up to it take 4 MB together. */
const LARGEST_KEPT = 2 ** 16;
const kept = new Map<number, RealFourier>();

/** The transform of one size, a power of two >= 4. */
export function realFourier(size: number): RealFourier {
  const known = kept.get(size) ?? new RealFourier(size);
  if (size <= LARGEST_KEPT) kept.set(size, known);
  return known;
}

class RealFourier {
  readonly size: number;
  readonly #half: FFT;
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #output: Float64Array;

  constructor(size: number) {
    this.size = size;
    const half = size / 2;
    this.#half = new FFT(half);
    this.#output = new Float64Array(size);
    this.#cosine = new Float64Array(half / 2 + 1);
    this.#sine = new Float64Array(half / 2 + 1);
    for (let k = 0; k <= half / 2; k++) {
      this.#cosine[k] = Math.cos((2 * Math.PI * k) / size);
      this.#sine[k] = Math.sin((2 * Math.PI * k) / size);
    }
  }

  /** F_k = sum_j x_j exp(-2 pi i j k / size), k = 0 ... size / 2. */
  forward(values: Float64Array): HalfSpectrum {
    const half = this.size / 2;
    const out = this.#output;
    // Even entries are the real parts and odd ones the imaginary parts, which is how the values already lie in memory.
    this.#half.transform(out, values);
    const re = new Float64Array(half + 1);
    const im = new Float64Array(half + 1);
    re[0] = out[0] + out[1];
    re[half] = out[0] - out[1];
    for (let k = 1, m = half - 1; k <= m; k++, m--) {
      const evenRe = 0.5 * (out[2 * k] + out[2 * m]);
      const evenIm = 0.5 * (out[2 * k + 1] - out[2 * m + 1]);
      const oddRe = 0.5 * (out[2 * k + 1] + out[2 * m + 1]);
      const oddIm = 0.5 * (out[2 * m] - out[2 * k]);
      const c = this.#cosine[k];
      const s = this.#sine[k];
      const turnedRe = oddRe * c + oddIm * s;
      const turnedIm = oddIm * c - oddRe * s;
      re[k] = evenRe + turnedRe;
      im[k] = evenIm + turnedIm;
      re[m] = evenRe - turnedRe;
      im[m] = turnedIm - evenIm;
    }
    return { re, im };
  }
}
