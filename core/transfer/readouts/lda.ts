/**
 * Linear discriminants: the directions of released vectors that best tell groups of tastes apart. The groups are made by
 * k-means of the linked persons' vectors in the item space.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { reducedRidge } from '../decoder/reduced-ridge.ts';
import type { Readout } from '../decoder/readout.ts';
import type { Fitting } from '../decoder/vector-readout.ts';
import { kMeans } from '../linear-algebra/k-means.ts';
import { thinSvd, whitened, whitening } from '../linear-algebra/thin-svd.ts';

const GROUPS = 12;
const SWEEPS = 15;
/** Share of the mean variance within groups that is added to each direction. */
const SHRINK = 0.001;

const about = {
  name: 'lda',
  summary: 'ridge regression from the directions of released vectors that tell groups of tastes apart',
  reference: 'Fisher, Annals of Eugenics 1936; Rao, JRSS B 1948',
};

export const lda: Readout = {
  ...reducedRidge(about, (given, count) => discriminants(given, count, groupsOf(given))),
  ablation: {
    off: 'groups drawn by lot in place of groups of tastes',
    readout: reducedRidge(about, (given, count) =>
      discriminants(given, count, new Prng('groups by lot').shuffle(groupsOf(given))),
    ),
  },
};

/** Directions of the groups' means, after the features are whitened within groups: [at most count, width]. */
function discriminants({ features, width }: Fitting, count: number, groups: Uint32Array): Float64Array {
  const means = new Float64Array(GROUPS * width);
  const sizes = new Float64Array(GROUPS);
  groups.forEach((group, p) => {
    sizes[group] += 1;
    for (let i = 0; i < width; i++) means[group * width + i] += features[p * width + i];
  });
  means.forEach((value, at) => (means[at] = value / Math.max(1, sizes[Math.floor(at / width)])));
  const within = whitening(
    features.map((value, at) => value - means[groups[Math.floor(at / width)] * width + (at % width)]),
    width,
    SHRINK,
  );
  const rank = within.deviations.length;
  const between = whitened({ ...within, mean: whitening(features, width).mean }, means).map(
    (value, at) => value * Math.sqrt(sizes[Math.floor(at / rank)]),
  );
  const { right, values } = thinSvd(between, GROUPS, rank);
  const kept = Math.min(count, values.length);
  const out = new Float64Array(kept * width);
  for (let c = 0; c < kept; c++) {
    for (let r = 0; r < rank; r++) {
      const step = right[c * rank + r] / within.deviations[r];
      for (let i = 0; i < width; i++) out[c * width + i] += step * within.axes[r * width + i];
    }
  }
  return out;
}

/** The group of each person, by k-means of the vectors in the item space. */
function groupsOf({ dimension, factors }: Fitting): Uint32Array {
  const persons = factors.length / dimension;
  const prng = new Prng(about.name);
  const centres = new Float64Array(GROUPS * dimension);
  for (let group = 0; group < GROUPS; group++) {
    const person = prng.integer(persons);
    centres.set(factors.subarray(person * dimension, (person + 1) * dimension), group * dimension);
  }
  return kMeans(factors, dimension, centres, SWEEPS).groups;
}
