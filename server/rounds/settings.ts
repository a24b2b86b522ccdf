/**
 * The waiting times of a coordinator that the manifest does not fix. Tests make all of them short.
 * @module
 */
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { RoundPolicy } from './round-machine.ts';

export interface RoundSettings {
  /** Time that the ready platforms wait for the others, once there are enough. */
  readonly graceMs: number;
  /** Pause after the first failed attempt at a round; doubled after each further one. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
  /** Longest pause before another attempt at a round that was given up. */
  readonly longestRestMs: number;
  /** Time that a platform whose connection broke may stay away from an attempt under way. */
  readonly absenceMs: number;
  /**
   * Once enough platforms have asked to upload, the others have this long before uploads begin and the attempt is
   * charged.
   */
  readonly uploadGraceMs: number;
  /** Time that the rounds wait for statements that may free budget. */
  readonly statementsMs: number;
  readonly uploads: {
    /** Number of updates taken in at the same time. Memory holds one vector more than that, whatever the cohort. */
    readonly uploadSlots: number;
    /** Number of chunks that a platform may send beyond those acknowledged. */
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

/** The policy for the rounds in the manifest, with the waiting times of the settings. */
export function roundPolicy({ manifest, parameters, privacy }: FederationPlan, settings: RoundSettings): RoundPolicy {
  return {
    rounds: parameters === 0 ? 0 : manifest.rounds.count,
    needed: Math.max(privacy.threshold, privacy.noiseThreshold),
    maxAttempts: manifest.rounds.maxAttempts,
    ...settings,
  };
}
