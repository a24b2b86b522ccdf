/**
 * A plan's sums at one noise multiplier: integers, noise, ring, and each platform's part of the bound on one person.
 * @module
 */
import { adaptiveClip, adaptiveQuery } from '../mechanism/adaptive-clip.ts';
import { sharedClip } from '../mechanism/clip-shares.ts';
import type { PersonSampling, PlannedSum, SumQuery } from '../mechanism/mechanism.ts';
import { scaleSum, SMALLEST_RING_BITS } from '../mechanism/scale.ts';
import type { ScaledSum, SumSetting } from '../mechanism/scale.ts';
import { keptSum } from './earlier.ts';
import type { Trust } from './trust.ts';

export interface PlannedSums {
  readonly sums: Readonly<Record<string, readonly PlannedSum[]>>;
  readonly ringBits: number;
}

export interface PlanSetting {
  readonly version: number;
  /** Own sums that platforms hold from earlier versions. */
  readonly kept: ReadonlyMap<string, readonly PlannedSum[]>;
  readonly platforms: readonly {
    readonly name: string;
    readonly personsAbout: number;
    readonly queries: readonly SumQuery[];
  }[];
  /** Each platform's part of the bound on one person. */
  readonly shares: readonly number[];
  readonly trust: Trust;
  /** M: number of platforms over which one person's clip is split. */
  readonly split: number;
  readonly sampling: PersonSampling | undefined;
  readonly clipQuantile: number | undefined;
}

/** Fixes every sum at the noise multiplier z, from public facts alone. */
export function scaleAll(setting: PlanSetting, z: number): PlannedSums {
  const { version, platforms, shares, trust, split } = setting;
  let ringBits = SMALLEST_RING_BITS;
  const persons = platforms.map((platform) => platform.personsAbout);
  const together: SumSetting = {
    version,
    platforms: platforms.length,
    shares: trust.noiseShares,
    split,
    // The unit is an even part of the bound: a platform with a larger weight has a larger clip, like one with more persons.
    personsAtMost: Math.max(...persons.map((count, i) => count * Math.max(1, shares[i] * split))),
    persons: persons.reduce((sum, count) => sum + count, 0),
    ring: true,
  };
  /** One masked sum is scaled once, however many platforms are in it. */
  const scaled = new Map<string, SharedSum>();
  const shared = (query: SumQuery): SharedSum => {
    const key = JSON.stringify(query);
    const one = scaled.get(key) ?? scaleFederated(query, z, together, setting);
    scaled.set(key, one);
    return one;
  };
  const planned = platforms.map(({ name, personsAbout, queries }, i) => {
    const alone: SumSetting = {
      version,
      platforms: 1,
      shares: 1,
      split: 1,
      personsAtMost: personsAbout,
      persons: personsAbout,
      ring: false,
    };
    const kept = setting.kept.get(name) ?? [];
    const sums = queries.map((query): PlannedSum => {
      if (query.scope === 'platform') {
        return keptSum(kept, query, name) ?? scaleSum(query, z * query.relativeNoise, alone).sum;
      }
      const { sum, clips, ringBits: bits } = shared(query);
      ringBits = Math.max(ringBits, bits);
      return { ...sum, integerClip: clips[i] };
    });
    return [name, [...sums, ...kept.filter((sum) => !sums.includes(sum))]] as const;
  });
  return { sums: Object.fromEntries(planned), ringBits };
}

interface SharedSum extends ScaledSum {
  /** K: integer clip of each platform. */
  readonly clips: readonly number[];
}

function scaleFederated(query: SumQuery, z: number, together: SumSetting, setting: PlanSetting): SharedSum {
  const { clipQuantile, sampling, shares, split } = setting;
  const bounded = clipQuantile === undefined ? query : adaptiveQuery(query, split);
  const { sum, ringBits } = scaleSum(bounded, z * query.relativeNoise, together);
  const clips = shares.map((share) => sharedClip(sum, share));
  const planned = {
    ...sum,
    // Each part is rounded down, so the largest parts may add up to slightly less than the whole bound.
    integerSensitivity: clips
      .toSorted((a, b) => b - a)
      .slice(0, split)
      .reduce((total, clip) => total + clip, 0),
    ...(sampling && { sampling }),
    ...(clipQuantile !== undefined && { adaptiveClip: adaptiveClip(query, split, clipQuantile) }),
  };
  return { sum: planned, clips, ringBits };
}
