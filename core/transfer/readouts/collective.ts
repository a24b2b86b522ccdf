/**
 * Collective matrix factorisation: one vector per person explains both what the person has on the target and what the sources
 * released. A cold person's target block is missing, so the released block alone places the person; the linked persons'
 * vectors are placed by both.
 *
 * Vectors start as those of the item space, whose item vectors stay. Two steps alternate: the sources' loadings given the
 * persons, and the persons given both blocks.
 * @module
 */
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';
import type { Block, Fitting } from '../decoder/vector-readout.ts';
import { weightedRidge } from '../decoder/weighted-ridge.ts';
import { choleskyInPlace, choleskySolve } from '../linear-algebra/cholesky.ts';
import { whitened, whitening } from '../linear-algebra/thin-svd.ts';
import type { Whitening } from '../linear-algebra/thin-svd.ts';

interface CollectiveState {
  /** Mean and axes of the linked persons' vectors. */
  readonly prior: Whitening;
  readonly blocks: readonly Pick<Block, 'offset' | 'width'>[];
  /** The released vector of a person at each axis, in rows: [axes, width]. */
  readonly loadings: Float64Array;
  /** The released vector of the average person: [width]. */
  readonly mean: Float64Array;
  /** Weight of a released number beside the prior. */
  readonly weight: number;
}

const SHRINK = 0.05;
const SWEEPS = 3;
const settings = [0.1, 0.3, 1, 3].map((weight) => ({ text: `released block weighs ${weight}`, weight }));

/** @param listens false: the released block has no weight, and everybody is the average person. */
function collectiveReadout(listens: boolean): Readout {
  return vectorReadout({
    ...about,
    settings,
    fit: (given, { weight }) => fit(given, listens ? weight : 0),
    predictor: (state: CollectiveState) => ({
      predict(row) {
        const { axes, deviations, mean } = state.prior;
        const out = mean.slice();
        placed(state, row, undefined).forEach((along, r) => {
          for (let o = 0; o < out.length; o++) out[o] += along * deviations[r] * axes[r * out.length + o];
        });
        return out;
      },
    }),
  });
}

const about = {
  name: 'collective',
  summary: 'one vector per person for what the person has on the target and what sources released',
  reference: 'Singh and Gordon, KDD 2008, with the released vectors as second matrix',
};

export const collective: Readout = {
  ...collectiveReadout(true),
  ablation: { off: 'the released block has no weight', readout: collectiveReadout(false) },
};

function fit({ blocks, dimension, factors, features, width }: Fitting, weight: number): CollectiveState {
  const prior = whitening(factors, dimension, SHRINK);
  const axes = prior.deviations.length;
  const own = whitened(prior, factors);
  let persons = own;
  let state: CollectiveState = {
    prior,
    blocks,
    loadings: new Float64Array(axes * width),
    mean: new Float64Array(width),
    weight,
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    state = { ...state, ...loadingsOf(blocks, features, width, persons, axes) };
    const next = new Float64Array(persons.length);
    for (let p = 0; p * width < features.length; p++) {
      const row = features.subarray(p * width, (p + 1) * width);
      next.set(placed(state, row, own.subarray(p * axes, (p + 1) * axes)), p * axes);
    }
    persons = next;
  }
  return state;
}

/** Regresses each source's numbers on the vectors of the persons it knows. */
function loadingsOf(
  blocks: readonly Block[],
  features: Float64Array,
  width: number,
  persons: Float64Array,
  axes: number,
): Pick<CollectiveState, 'loadings' | 'mean'> {
  const loadings = new Float64Array(axes * width);
  const mean = new Float64Array(width);
  const rows = features.length / width;
  for (const { offset, width: own } of blocks) {
    const y = new Float64Array(rows * own);
    const known = new Float64Array(rows);
    for (let p = 0; p < rows; p++) {
      const said = features.subarray(p * width + offset, p * width + offset + own);
      y.set(said, p * own);
      known[p] = said.some((value) => value !== 0) ? 1 : 0;
    }
    const map = weightedRidge(persons, axes, y, own, 0.1, known);
    for (let i = 0; i < own; i++) {
      mean[offset + i] = map.outputMean[i];
      for (let r = 0; r < axes; r++) {
        loadings[r * width + offset + i] = map.weights[r * own + i];
        mean[offset + i] -= map.inputMean[r] * map.weights[r * own + i];
      }
    }
  }
  return { loadings, mean };
}

/** A person's place on the axes by the blocks that are known. @param own the place by the target's block alone; absent when cold. */
function placed(
  { blocks, loadings, mean, prior, weight }: CollectiveState,
  row: Float64Array,
  own: Float64Array | undefined,
): Float64Array {
  const axes = prior.deviations.length;
  const width = row.length;
  const system = new Float64Array(axes * axes);
  const right = new Float64Array(axes);
  for (let r = 0; r < axes; r++) {
    system[r * axes + r] = own === undefined ? 1 : 2;
    if (own !== undefined) right[r] = 2 * own[r];
  }
  for (const { offset, width: length } of blocks) {
    if (row.subarray(offset, offset + length).every((value) => value === 0)) continue;
    for (let r = 0; r < axes; r++) {
      for (let i = offset; i < offset + length; i++) {
        const load = weight * loadings[r * width + i];
        if (load === 0) continue;
        right[r] += load * (row[i] - mean[i]);
        for (let s = 0; s < axes; s++) system[r * axes + s] += load * loadings[s * width + i];
      }
    }
  }
  choleskyInPlace(system, axes);
  choleskySolve(system, axes, right);
  return right;
}
