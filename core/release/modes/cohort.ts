/**
 * Releases the prototype that k-ary randomised response chose, so that a decoder receives a vector of the usual dimension.
 * @module
 */
import { nearest, randomisedResponse, truthProbability } from '../cohort.ts';
import type { ReleaseModeDefinition } from '../release.ts';

export const cohort: ReleaseModeDefinition = {
  bound: 'epsilon0',
  // A randomised response is less often right the more codes there are, so a small budget is best spent on few of them.
  // The figures were chosen like those of ldp (docs/transfer.md).
  width: (epsilon0) => (epsilon0 < 3 ? 2 : epsilon0 < 6 ? 4 : 6),
  prototypes: (epsilon0) => (epsilon0 < 3 ? 3 : epsilon0 < 6 ? 8 : 32),
  bind({ prototypes, dimension, epsilon0 }) {
    const cohorts = prototypes.length / dimension;
    const numbers = { epsilon0, truthProbability: truthProbability(cohorts, epsilon0) };
    return {
      noiseModel: { kind: 'randomised-response', numbers, prototypes },
      release(representation, random) {
        const answer = randomisedResponse(nearest(prototypes, dimension, representation), cohorts, epsilon0, random);
        return prototypes.slice(answer * dimension, (answer + 1) * dimension);
      },
    };
  },
};
