/**
 * Selection by mutual information: it keeps the released numbers that say most about the target vector and repeat least of a number
 * that is already kept (minimal redundancy, maximal relevance). Numbers are taken for normal, so that the information of
 * two with correlation r is -log(1 - r²) / 2.
 * @module
 */
import { reducedRidge } from '../decoder/reduced-ridge.ts';
import type { Readout } from '../decoder/readout.ts';
import type { Fitting } from '../decoder/vector-readout.ts';
import { whitened, whitening } from '../linear-algebra/thin-svd.ts';

/** Leading axes of the target vectors whose information counts. */
const TARGET_AXES = 8;

const about = {
  name: 'information',
  summary: 'ridge regression from the released numbers that say most about the target vector',
  reference: 'Peng, Long and Ding, TPAMI 2005, eq. 6 (mRMR); Battiti, IEEE Trans. Neural Networks 1994',
};

export const information: Readout = {
  ...reducedRidge(about, (given, count) => columns(mostInformative(given, count), given.width)),
  ablation: {
    off: 'the numbers that say least',
    readout: reducedRidge(about, (given, count) => columns(leastInformative(given, count), given.width)),
  },
};

function mostInformative(given: Fitting, count: number): readonly number[] {
  const { relevance, standard, width } = columnsOf(given);
  const rows = standard.length / width;
  const redundancy = new Float64Array(width);
  const kept: number[] = [];
  while (kept.length < count) {
    const value = (i: number): number => relevance[i] - redundancy[i] / Math.max(1, kept.length);
    const left = Array.from(relevance.keys()).filter((i) => !kept.includes(i));
    const best = left.reduce((most, i) => (value(i) > value(most) ? i : most));
    kept.push(best);
    for (const i of left) {
      let product = 0;
      for (let p = 0; p < rows; p++) product += standard[p * width + i] * standard[p * width + best];
      redundancy[i] += informationOf(product / rows);
    }
  }
  return kept;
}

function leastInformative(given: Fitting, count: number): readonly number[] {
  const { relevance } = columnsOf(given);
  return Array.from(relevance.keys())
    .sort((a, b) => relevance[a] - relevance[b])
    .slice(0, count);
}

/** The features at unit variance, and how much each says about the leading axes of the target vectors. */
function columnsOf({ dimension, factors, features, width }: Fitting): {
  readonly relevance: Float64Array;
  readonly standard: Float64Array;
  readonly width: number;
} {
  const rows = features.length / width;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  features.forEach((value, at) => {
    mean[at % width] += value / rows;
    square[at % width] += (value * value) / rows;
  });
  const standard = features.map((value, at) => {
    const i = at % width;
    return (value - mean[i]) / (Math.sqrt(Math.max(0, square[i] - mean[i] ** 2)) || 1);
  });
  const axes = whitening(factors, dimension);
  const target = whitened(axes, factors);
  const rank = axes.deviations.length;
  const relevance = Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let a = 0; a < Math.min(TARGET_AXES, rank); a++) {
      let product = 0;
      for (let p = 0; p < rows; p++) product += standard[p * width + i] * target[p * rank + a];
      sum += informationOf(product / rows);
    }
    return sum;
  });
  return { relevance, standard, width };
}

function informationOf(correlation: number): number {
  return -0.5 * Math.log(1 - Math.min(0.9999, correlation ** 2));
}

/** Directions that are single numbers. */
function columns(kept: readonly number[], width: number): Float64Array {
  const out = new Float64Array(kept.length * width);
  kept.forEach((column, at) => (out[at * width + column] = 1));
  return out;
}
