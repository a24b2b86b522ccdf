/**
 * The events that a platform emits while it runs, for progress views. An event holds names, counts and outcomes: never
 * a person.
 * @module
 */
import type { Outcome } from '../core/secagg/outcome.ts';
import type { DecoderReport } from '../core/transfer/decoder/report.ts';

/**
 * The stages of a platform, in the order in which it passes through them. Where a map is learnt, `releasing` comes before `ready`:
 * linked persons teach it with what was released.
 */
export type PlatformStage = 'preparing' | 'ready' | 'training' | 'releasing' | 'fitting' | 'evaluating' | 'serving';

export type PlatformEvent =
  | { readonly kind: 'stage'; readonly stage: PlatformStage; readonly fraction: number }
  | { readonly kind: 'link'; readonly state: 'online' | 'offline'; readonly reason: string }
  | { readonly kind: 'attempt'; readonly round: number; readonly attempt: number; readonly stage: string }
  | {
      readonly kind: 'attempt-ended';
      readonly round: number;
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly text: string;
    }
  | { readonly kind: 'declined'; readonly round: number; readonly attempt: number; readonly code: string }
  /** Epsilon spent in this platform's own ledger; null in a federation without privacy. */
  | { readonly kind: 'epsilon'; readonly spent: number | null; readonly budget: number | null }
  | { readonly kind: 'released'; readonly target: string; readonly persons: number; readonly parts: number }
  | { readonly kind: 'received'; readonly source: string; readonly persons: number }
  | { readonly kind: 'withdrawn'; readonly platform: string; readonly persons: number }
  /**
   * A decoder was fitted for this shared model. With `refusedBecause`, the earlier decoder continues to serve, for this
   * reason.
   */
  | {
      readonly kind: 'decoder';
      readonly modelRound: number;
      readonly report: DecoderReport;
      readonly refusedBecause?: string;
    }
  /**
   * The map of a round serves. Root mean square of a coordinate, and the standard deviation of its noise: a map without more than
   * noise has both alike.
   */
  | { readonly kind: 'map'; readonly modelRound: number; readonly coordinate: number; readonly noise: number }
  | { readonly kind: 'evaluated'; readonly file: string | null; readonly coldPersons: number }
  /** `warnings` are about the federation, e.g. that it adds no noise. */
  | { readonly kind: 'listening'; readonly url: string; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string };

export type PlatformListener = (event: PlatformEvent) => void;
