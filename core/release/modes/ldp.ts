/**
 * Releases one PrivUnit sample of the representation's direction.
 * @module
 */
import { privUnitParameters, privUnitSample } from '../privunit.ts';
import type { ReleaseModeDefinition } from '../release.ts';

export const ldp: ReleaseModeDefinition = {
  bound: 'epsilon0',
  // The expected cosine of a sample falls with the dimension, so a small budget is best spent on few numbers. The
  // figures were chosen on toys -> sports and on held-out warm persons of sports -> toys (docs/transfer.md).
  width: (epsilon0) => (epsilon0 >= 6 ? 5 : 2),
  bind({ dimension, epsilon0 }) {
    const parameters = privUnitParameters(dimension, epsilon0);
    const { expectedCosine } = parameters;
    return {
      noiseModel: { kind: 'privunit', numbers: { epsilon0, expectedCosine, squaredNorm: 1 / expectedCosine ** 2 } },
      release: (representation, random) => privUnitSample(parameters, representation, random),
    };
  },
};
