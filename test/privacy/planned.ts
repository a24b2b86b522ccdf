import type { PlannedSum } from '../../core/privacy/mechanism/mechanism.ts';

/** A planned sum made by hand, for tests of single steps. */
export function planned(given: Partial<PlannedSum> = {}): PlannedSum {
  const integerClip = given.integerClip ?? 1000;
  const noiseMultiplier = given.noiseMultiplier ?? 1;
  const integerSensitivity = given.integerSensitivity ?? integerClip;
  const noiseShares = given.noiseShares ?? 1;
  const localVariance = Math.ceil((noiseMultiplier * integerSensitivity) ** 2 / noiseShares);
  return {
    version: 1,
    label: 'test',
    dimension: 4,
    clip: 1,
    repetitions: 1,
    relativeNoise: 1,
    scope: 'platform',
    scale: 1024,
    bound: 2 ** 40,
    localVariance,
    localSigma: Math.sqrt(localVariance),
    ...given,
    noiseMultiplier,
    noiseShares,
    integerClip,
    integerSensitivity,
  };
}
