/**
 * What a platform tells while it runs, for progress views. Names, counts and outcomes: never a person.
 * @module
 */
import type { Outcome } from '../core/secagg/outcome.ts';
import type { DecoderReport } from '../core/transfer/decoder/report.ts';

/** Where a platform stands, in the order of its life. */
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
  /** Of this platform's own ledger; null without privacy. */
  | { readonly kind: 'epsilon'; readonly spent: number | null; readonly budget: number | null }
  | { readonly kind: 'released'; readonly target: string; readonly persons: number; readonly parts: number }
  | { readonly kind: 'received'; readonly source: string; readonly persons: number }
  | { readonly kind: 'withdrawn'; readonly platform: string; readonly persons: number }
  /** A decoder was fitted for this shared model; `refusedBecause`: an earlier version serves on, and why. */
  | {
      readonly kind: 'decoder';
      readonly modelRound: number;
      readonly report: DecoderReport;
      readonly refusedBecause?: string;
    }
  | { readonly kind: 'evaluated'; readonly file: string | null; readonly coldPersons: number }
  /** `warnings`: the federation's own, such as that it adds no noise. */
  | { readonly kind: 'listening'; readonly url: string; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string };

export type PlatformListener = (event: PlatformEvent) => void;
