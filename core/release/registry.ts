/**
 * The release modes by name.
 * @module
 */
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import type { ReleaseMode, ReleaseModeName } from './release.ts';
import { nearest, randomisedResponse, truthProbability } from './cohort.ts';
import { privUnitParameters, privUnitSample, unitDirection } from './privunit.ts';

export interface ReleaseModeOptions {
  /** eps0 of one release; required by `ldp` and `cohort`. */
  readonly epsilon0?: number | null;
  /** Length of a representation; required by `ldp` and `cohort`. */
  readonly dimension?: number;
  /** Unit vectors, row-major [K, dimension], either public or made by a charged mechanism; required by `cohort`. */
  readonly prototypes?: Float32Array;
}

/** @throws PrivacyError PRIVACY_BAD_PARAMETER naming the option that is missing or out of range. */
export function releaseMode(name: ReleaseModeName, options: ReleaseModeOptions = {}): ReleaseMode {
  switch (name) {
    case 'raw':
      return raw;
    case 'none':
      return none;
    case 'ldp':
      return ldp(need(name, 'dimension', options.dimension), need(name, 'epsilon0', options.epsilon0));
    case 'cohort':
      return cohort(
        need(name, 'prototypes', options.prototypes),
        need(name, 'dimension', options.dimension),
        need(name, 'epsilon0', options.epsilon0),
      );
  }
}

/** Releases the unit-norm vector itself. A vector without a direction becomes zero. */
const raw: ReleaseMode = {
  name: 'raw',
  epsilon0: null,
  noiseModel: { kind: 'exact' },
  release: (representation) =>
    Float32Array.from(unitDirection(representation) ?? new Float32Array(representation.length)),
};

const none: ReleaseMode = {
  name: 'none',
  epsilon0: null,
  noiseModel: { kind: 'exact' },
  release: () => null,
};

function ldp(dimension: number, epsilon0: number): ReleaseMode {
  const parameters = privUnitParameters(dimension, epsilon0);
  const { expectedCosine } = parameters;
  return {
    name: 'ldp',
    epsilon0,
    noiseModel: { kind: 'privunit', epsilon0, expectedCosine, squaredNorm: 1 / expectedCosine ** 2 },
    release: (representation, random) => privUnitSample(parameters, representation, random),
  };
}

/** Releases the prototype of the randomised code, so that a decoder receives a vector of the usual dimension. */
function cohort(prototypes: Float32Array, dimension: number, epsilon0: number): ReleaseMode {
  const cohorts = prototypes.length / dimension;
  const truth = truthProbability(cohorts, epsilon0);
  return {
    name: 'cohort',
    epsilon0,
    noiseModel: { kind: 'randomised-response', epsilon0, truthProbability: truth, prototypes },
    release(representation, random) {
      const answer = randomisedResponse(nearest(prototypes, dimension, representation), cohorts, epsilon0, random);
      return prototypes.slice(answer * dimension, (answer + 1) * dimension);
    },
  };
}

function need<T>(mode: ReleaseModeName, option: string, value: T | null | undefined): T {
  if (value !== null && value !== undefined) return value;
  throw new PrivacyError('PRIVACY_BAD_PARAMETER', `release mode "${mode}" needs ${option}`);
}
