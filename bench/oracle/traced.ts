/**
 * Traces the true behaviour of releases, at the calls that draw noise and clip contributions: variance and number of
 * the samples, the integer clip in force, the rate of the coins, and the persons who contributed anything.
 */
import { DiscreteGaussian } from '../../core/privacy/mechanism/discrete-gaussian.ts';
import type { Contribution, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { lengthOf } from '../../core/privacy/mechanism/written-out.ts';

/** One platform's part in one release. */
export interface TracedRelease {
  label: string;
  dimension: number;
  /** K, the integer clip in force. */
  integerClip: number;
  /** Rate of the coins that the clip tossed; 1 if it tossed none. */
  rate: number;
  /** Positions, in the order of the persons, of contributions that were not empty. */
  contributors: number[];
  /** Variance parameter of the samples, and the number of coordinates that got one. */
  variance: number;
  noised: number;
}

let drawing: TracedRelease | undefined;

// Hooks the sampler itself, whatever code calls it.
const addTo = Reflect.get<DiscreteGaussian, 'addTo'>(DiscreteGaussian.prototype, 'addTo');
DiscreteGaussian.prototype.addTo = function (integers) {
  if (drawing !== undefined) {
    drawing.variance = Number(this.variance.numerator) / Number(this.variance.denominator);
    drawing.noised += integers.length;
  }
  addTo.call(this, integers);
};

/** The real mechanism. Each release is added to `releases` once its noise has been drawn. */
export function tracing(releases: TracedRelease[]): PrivacyMechanism {
  const begin = (sum: PlannedSum): TracedRelease => ({
    label: sum.label,
    dimension: sum.dimension,
    integerClip: sum.integerClip,
    rate: sum.sampling?.rate ?? 1,
    contributors: [],
    variance: 0,
    noised: 0,
  });
  let current: TracedRelease | undefined;
  let place = 0;
  const note = (contribution: Contribution): void => {
    if (lengthOf(contribution) !== 0) current?.contributors.push(place);
    place += 1;
  };
  return {
    ...discreteGaussian,
    accumulate(sum, random) {
      current = begin(sum);
      place = 0;
      const inner = discreteGaussian.accumulate(sum, random);
      return {
        add(contribution) {
          note(contribution);
          inner.add(contribution);
        },
        finish: () => inner.finish(),
      };
    },
    bound(sum, contributions, random) {
      const accumulator = this.accumulate(sum, random);
      for (const contribution of contributions) accumulator.add(contribution);
      return accumulator.finish();
    },
    addNoise(sum, integers, random) {
      drawing = current ?? begin(sum);
      try {
        return discreteGaussian.addNoise(sum, integers, random);
      } finally {
        releases.push(drawing);
        drawing = undefined;
        current = undefined;
      }
    },
  };
}
