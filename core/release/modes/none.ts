/**
 * Releases nothing. It is also the mode of a platform that is no source.
 * @module
 */
import type { ReleaseModeDefinition } from '../release.ts';

export const none: ReleaseModeDefinition = {
  bound: 'nothing-sent',
  width: (_epsilon0, plain) => plain,
  bind: () => ({ noiseModel: { kind: 'exact' }, release: () => null }),
};
