/**
 * How patient a coordinator is: what the manifest leaves to it. Tests make all of it short.
 * @module
 */
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { RoundPolicy } from './round-machine.ts';

export interface RoundSettings {
  /** How long platforms that are ready wait for the others, once there are enough. */
  readonly graceMs: number;
  /** Pause after the first failed attempt at a round; doubled after each further one. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
  /** Longest pause before another attempt at a round that was given up. */
  readonly longestRestMs: number;
  /** How long a platform whose connection broke may stay away from an attempt under way. */
  readonly absenceMs: number;
  /** Once enough platforms have asked to upload, the others have so long before uploads begin and the attempt is charged. */
  readonly uploadGraceMs: number;
  /** How long rounds pause for statements that may free room in the budget. */
  readonly statementsMs: number;
  readonly uploads: {
    /** Updates taken in at the same time: memory is one vector more than that, whatever the cohort. */
    readonly uploadSlots: number;
    /** Chunks a platform may have under way. */
    readonly uploadWindow: number;
  };
}

export const DEFAULT_ROUND_SETTINGS: RoundSettings = {
  graceMs: 30_000,
  firstPauseMs: 1_000,
  lastPauseMs: 60_000,
  longestRestMs: 3_600_000,
  absenceMs: 15_000,
  uploadGraceMs: 10_000,
  statementsMs: 600_000,
  uploads: { uploadSlots: 4, uploadWindow: 8 },
};

/** The rounds the manifest asks for, as patiently as the settings say. */
export function roundPolicy({ manifest, parameters, privacy }: FederationPlan, settings: RoundSettings): RoundPolicy {
  return {
    rounds: parameters === 0 ? 0 : manifest.rounds.count,
    needed: Math.max(privacy.threshold, privacy.noiseThreshold),
    maxAttempts: manifest.rounds.maxAttempts,
    ...settings,
  };
}
