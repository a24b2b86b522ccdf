/**
 * Ridge regression that gives linked persons more weight the more they resemble the persons who arrive: those in the sources'
 * letters who have nothing on the target.
 * @module
 */
import type { Method, Readout } from './readout.ts';
import { applyLinearMap } from './ridge-path.ts';
import type { LinearMap } from './ridge-path.ts';
import { vectorReadout } from './vector-readout.ts';
import type { Fitting } from './vector-readout.ts';
import { weightedRidge } from './weighted-ridge.ts';

const settings = [0.1, 1, 10].map((penalty) => ({ text: `penalty ${penalty}`, penalty }));

/** No person weighs more than this many times the mean: few heavy persons would be a noisy sample. */
export const MOST_WEIGHT = 10;

/** @param weightsOf the weight of each linked person, mean 1. It is asked only if somebody arrives. */
export function weightedReadout(about: Method, weightsOf: (given: Fitting) => Float64Array): Readout {
  const readout = (weighs: boolean): Readout =>
    vectorReadout({
      ...about,
      settings,
      fit: (given, { penalty }): LinearMap =>
        weightedRidge(
          given.features,
          given.width,
          given.factors,
          given.dimension,
          penalty,
          weighs && given.arrivals.length > 0 ? weightsOf(given) : undefined,
        ),
      predictor: (map: LinearMap) => ({ predict: (row) => applyLinearMap(map, row) }),
    });
  return {
    ...readout(true),
    ablation: { off: 'all linked persons weigh the same', readout: readout(false) },
  };
}
