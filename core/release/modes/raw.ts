/**
 * Releases the vector itself, scaled to norm 1. A vector without a direction becomes zero.
 * @module
 */
import { unitDirection } from '../privunit.ts';
import type { ReleaseModeDefinition } from '../release.ts';

export const raw: ReleaseModeDefinition = {
  bound: 'unbounded',
  width: (_epsilon0, plain) => plain,
  bind: () => ({
    noiseModel: { kind: 'exact' },
    release: (representation) =>
      Float32Array.from(unitDirection(representation) ?? new Float32Array(representation.length)),
  }),
};
