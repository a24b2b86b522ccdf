/**
 * The platform's own floor: what it refuses to take part in, whatever the manifest says.
 * @module
 */
import type { FederationPlan } from '../core/federation/plan.ts';
import type { PlatformFloor } from '../core/secagg/session.ts';
import { PlatformError } from './errors.ts';
import { isLocalMode, releaseBound } from '../core/release/registry.ts';

export interface PolicyFloor {
  /** Takes part in a federation without noise too. One with noise must still meet the rest. */
  readonly acceptNoPrivacy: boolean;
  /** Most epsilon of everything trained. */
  readonly maxEpsilon: number;
  readonly maxDelta: number;
  /** Least noise multiplier of a sum that leaves this platform. */
  readonly minNoiseMultiplier: number;
  /** Fewest platforms in a masked sum. Never below 3. */
  readonly minPlatforms: number;
  /** Fewest platforms in a masked sum that may be opened. */
  readonly minNoiseThreshold: number;
  /** Fewest honest platforms in it. Never below 2. */
  readonly minHonest: number;
  /** c: colluding platforms that the plan must cover. */
  readonly minColluding: number;
  /** Fewest platforms per person (M) that epsilon must hold for, if the federation has as many. */
  readonly minPlatformsPerPerson: number;
  /** Refuses strategies whose encoder is made from raw data: they promise nothing beyond sealing. */
  readonly requirePrivateEncoder: boolean;
  /** Most epsilon of one released code; null: also codes that nothing bounds (`raw`). */
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

/** @throws PlatformError POLICY_FLOOR naming what the manifest has and what this platform wants, for all that is weaker. */
export function checkFloor(
  { manifest, privacy, parameters, strategy }: FederationPlan,
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
  if (floor.requirePrivateEncoder && strategy.privacy !== 'private-encoder') {
    const has = `strategy "${strategy.name}" is ${strategy.privacy} in the manifest`;
    problems.push(`${has} and private-encoder in the floor`);
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

/** The same floor, as a session of the masked sum asks for it. */
export function sessionFloor(floor: PolicyFloor): PlatformFloor {
  return { platforms: floor.minPlatforms, tNoise: floor.minNoiseThreshold, colluders: floor.minColluding };
}

const round = (value: number): number => Number(value.toPrecision(6));
