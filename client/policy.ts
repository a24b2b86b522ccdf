/**
 * The platform's own floor: the least privacy with which it takes part, whatever the manifest says.
 * @module
 */
import type { FederationPlan } from '../core/federation/plan.ts';
import type { PlatformFloor } from '../core/secagg/session.ts';
import { PlatformError } from './errors.ts';
import { isLocalMode, releaseBound } from '../core/release/registry.ts';

export interface PolicyFloor {
  /** Accept a federation without noise. A federation with noise must still meet the other limits. */
  readonly acceptNoPrivacy: boolean;
  /** Largest epsilon of everything that is trained. */
  readonly maxEpsilon: number;
  readonly maxDelta: number;
  /** Smallest noise multiplier of a sum that leaves this platform. */
  readonly minNoiseMultiplier: number;
  /** Smallest number of platforms in a masked sum. Never below 3. */
  readonly minPlatforms: number;
  /** Smallest number of platforms in a masked sum that may be opened. */
  readonly minNoiseThreshold: number;
  /** Smallest number of honest platforms in an opened sum. Never below 2. */
  readonly minHonest: number;
  /** c: number of colluding platforms that the plan must cover. */
  readonly minColluding: number;
  /** Smallest M, the number of platforms per person, for which epsilon must hold, unless the federation is smaller. */
  readonly minPlatformsPerPerson: number;
  /** Refuse encoders that are made from raw data: they promise nothing beyond sealing. */
  readonly requirePrivateEncoder: boolean;
  /** Largest epsilon of one released code; null: also accept codes without a bound (`raw`). */
  readonly maxEpsilon0: number | null;
}

export const DEFAULT_FLOOR: PolicyFloor = {
  acceptNoPrivacy: false,
  maxEpsilon: 10,
  maxDelta: 1e-5,
  minNoiseMultiplier: 0.3,
  minPlatforms: 3,
  minNoiseThreshold: 3,
  minHonest: 2,
  minColluding: 0,
  minPlatformsPerPerson: 1,
  requirePrivateEncoder: false,
  maxEpsilon0: null,
};

/** @throws PlatformError POLICY_FLOOR with the manifest's value and the floor's for everything that is weaker. */
export function checkFloor(
  { manifest, privacy, parameters, encoder }: FederationPlan,
  floor: PolicyFloor,
  platform: string,
): void {
  const problems: string[] = [];
  const atMost = (what: string, offered: number, wanted: number): void => {
    if (offered > wanted) problems.push(`${what} is ${offered} in the manifest and at most ${wanted} in the floor`);
  };
  const atLeast = (what: string, offered: number, wanted: number): void => {
    if (offered < wanted) problems.push(`${what} is ${offered} in the manifest and at least ${wanted} in the floor`);
  };
  if (manifest.privacy.epsilon !== null || !floor.acceptNoPrivacy) {
    atMost('epsilon', manifest.privacy.epsilon ?? Infinity, floor.maxEpsilon);
    atMost('delta', manifest.privacy.delta, floor.maxDelta);
    for (const sum of privacy.sums[platform] ?? []) {
      atLeast(`the noise multiplier of "${sum.label}"`, round(sum.noiseMultiplier), floor.minNoiseMultiplier);
    }
  }
  if (floor.requirePrivateEncoder && encoder.law === 'sealed-only') {
    problems.push(`encoder "${encoder.name}" is sealed-only in the manifest, and public or charged in the floor`);
  }
  atLeast(
    'the number of platforms per person that epsilon holds for',
    privacy.maxPlatformsPerPerson,
    Math.min(floor.minPlatformsPerPerson, privacy.platformCount),
  );
  if (parameters > 0) {
    atLeast('the number of platforms', privacy.platformCount, Math.max(3, floor.minPlatforms));
    atLeast('the least number of platforms in an opened sum', privacy.noiseThreshold, floor.minNoiseThreshold);
    atLeast(
      'the least number of honest platforms in an opened sum',
      privacy.honestMinimum,
      Math.max(2, floor.minHonest),
    );
    atLeast('the number of colluding platforms guarded against', privacy.colluding, floor.minColluding);
  }
  if (floor.maxEpsilon0 !== null && releaseBound(manifest.privacy.release) !== 'nothing-sent') {
    const { release, epsilon0 } = manifest.privacy;
    const bound = isLocalMode(release) ? (epsilon0 ?? Infinity) : Infinity;
    atMost('epsilon of one released code', bound, floor.maxEpsilon0);
  }
  if (problems.length === 0) return;
  throw new PlatformError(
    'POLICY_FLOOR',
    `federation "${manifest.federation}" is weaker than this platform's own floor: ${problems.join('; ')}. Nothing was computed or sent. Agree on a stronger manifest, or lower the floor knowingly`,
  );
}

/** The floor in the form that a session of the masked sum needs. */
export function sessionFloor(floor: PolicyFloor): PlatformFloor {
  return { platforms: floor.minPlatforms, tNoise: floor.minNoiseThreshold, colluders: floor.minColluding };
}

const round = (value: number): number => Number(value.toPrecision(6));
