/**
 * DeepWalk in closed form: random walks on the graph of persons and items, in the limit of infinitely many, factorise the matrix
 *
 *   log max(1, vol / w Σ_{r=1..w} (D⁻¹ A)^r D⁻¹)
 *
 * (NetMF, Qiu et al., WSDM 2018, eq. 3 and 8, with one negative). Walks are counted from item to item, over a person; the
 * walk's matrix is taken through its leading eigenvectors, as NetMF does for large windows.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { kernels } from '../../kernels/index.ts';
import { Prng } from '../../random/prng.ts';
import type { SpaceMaker } from '../decoder/readout.ts';
import { transposeInteractions } from '../factors/transpose.ts';
import { transposed } from '../linear-algebra/thin-svd.ts';
import { topEigen } from '../linear-algebra/top-eigen.ts';
import { foldedSpace, startingSpace } from './folded.ts';

const DIMENSION = 48;
/** Steps from item to item, each of two edges. */
const WINDOW = 5;
/** Eigenvectors of the walk. */
const DIRECTIONS = 64;
/** Rows of the matrix that are made at a time. */
const CHUNK = 256;

function deepwalkSpace(window: number): SpaceMaker {
  return {
    ...about,
    make: (domain) => foldedSpace(domain, itemVectors(domain, window), Math.min(DIMENSION, domain.catalogue.length)),
  };
}

const about = {
  name: 'deepwalk',
  summary: 'item vectors from random walks over persons and items, in closed form',
  reference: 'Perozzi, Al-Rfou and Skiena, KDD 2014; NetMF, Qiu et al., WSDM 2018, eq. 3 and 8',
};

export const deepwalk: SpaceMaker = {
  ...deepwalkSpace(WINDOW),
  ablation: {
    off: 'no walk: vectors as they start',
    space: { ...about, make: (domain) => startingSpace(domain, DIMENSION) },
  },
};

function itemVectors(domain: Domain, window: number): Float64Array /* [items, dimension] */ {
  const items = domain.catalogue.length;
  const prng = new Prng(about.name);
  const k = Math.min(DIRECTIONS, items);
  const degrees = degreesOf(domain);
  const walk = topEigen(items, k, (q, columns) => stepOf(domain, degrees, q, columns), prng);
  const volume = degrees.reduce((sum, degree) => sum + degree, 0);
  const inverseRoot = degrees.map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
  // Rows of D^-1/2 U, and the same weighted by the mean power of each eigenvalue.
  const right = walk.vectors.map((value, at) => inverseRoot[Math.floor(at / k)] * value);
  const weighted = right.map((value, at) => volume * meanPower(walk.values[at % k], window) * value);
  const across = transposed(right, items, k);
  const times = (q: Float64Array, columns: number): Float64Array => {
    const out = new Float64Array(items * columns);
    for (let from = 0; from < items; from += CHUNK) {
      const rows = weighted.subarray(from * k, Math.min(items, from + CHUNK) * k);
      const near = kernels.multiply(rows, k, across, items).map((value) => (value > 1 ? Math.log(value) : 0));
      out.set(kernels.multiply(near, items, q, columns), from * columns);
    }
    return out;
  };
  const dimension = Math.min(DIMENSION, items);
  const { values, vectors } = topEigen(items, dimension, times, prng, 2);
  return vectors.map((value, at) => value * Math.sqrt(Math.max(0, values[at % dimension])));
}

/** Number of walks of two edges that start at each item, each edge weighed by the person's degree. */
function degreesOf(domain: Domain): Float64Array {
  const { offsets } = transposeInteractions(domain, domain.catalogue.length);
  return Float64Array.from({ length: domain.catalogue.length }, (_, item) => offsets[item + 1] - offsets[item]);
}

/** D^-1/2 Bᵀ P⁻¹ B D^-1/2 Q for the matrix B of persons and items and the persons' degrees P: one step from item to item. */
function stepOf(domain: Domain, degrees: Float64Array, q: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(q.length);
  const line = new Float64Array(columns);
  const roots = degrees.map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
  for (let p = 0; p < domain.persons.length; p++) {
    const history = domain.items.subarray(domain.offsets[p], domain.offsets[p + 1]);
    line.fill(0);
    for (const item of history) for (let c = 0; c < columns; c++) line[c] += roots[item] * q[item * columns + c];
    for (const item of history) {
      const weight = roots[item] / history.length;
      for (let c = 0; c < columns; c++) out[item * columns + c] += weight * line[c];
    }
  }
  return out;
}

/** Σ_{r=1..window} value^r / window */
function meanPower(value: number, window: number): number {
  let sum = 0;
  let power = 1;
  for (let r = 0; r < window; r++) {
    power *= value;
    sum += power;
  }
  return sum / window;
}
