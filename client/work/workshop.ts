/**
 * The long work of a platform: its strategy on its persons' data. Where it is done, on this thread or on others, is the
 * workshop's own affair. Types only.
 * @module
 */
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { Charge } from '../../core/privacy/ledger/ledger.ts';
import type { DrawnSums } from '../../core/privacy/plan/charged-sums.ts';
import type { Domain } from '../../core/data/domain.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { TensorBackend } from '../../core/tensor/backend.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { RoundWork } from '../rounds/update.ts';

export interface Workshop extends RoundWork {
  /** True where a fit keeps nothing else waiting, not even a round. */
  readonly fitsApart: boolean;
  /** Trains what the encoder needs. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; whatever the strategy throws. */
  prepare(): Promise<void>;
  /** Row-major [K, dimension], where the release mode needs them. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED. */
  prototypes(): Promise<Float32Array>;
  /** Of persons by their rows in the domain. */
  represent(rows: readonly number[]): Promise<readonly Float32Array[]>;
  /** @returns the decoder, for `restoreDecoder` over the same domain. */
  fit(received: readonly ReceivedRepresentations[]): Promise<DecoderData>;
  /** Ends whatever is under way. Idempotent. */
  dispose(): Promise<void>;
}

export interface WorkshopOptions {
  readonly plan: FederationPlan;
  /** Whose. */
  readonly platform: string;
  /** Under pseudonyms. */
  readonly domain: Domain;
  readonly backend: TensorBackend;
  /** The target's own choice: readout, or readout@space. Absent: ridge. */
  readonly decoder?: string;
  /** The platform's own memory of factors; a thread has one of its own. */
  readonly factorise: Factorise;
  /** Noise and rounding. Threads of their own draw from the operating system instead. */
  readonly random: RandomStreams;
  /** Sums that were drawn before, kept durably. */
  readonly drawn: DrawnSums;
  /** Durably, before the sum is seen. */
  readonly charge: (charge: Charge) => void | Promise<void>;
  /** Of the stage under way, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  readonly signal: AbortSignal;
}
