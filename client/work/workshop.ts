/**
 * The long work of a platform: its strategy on its persons' data. Each workshop decides on which threads it runs. Types
 * only.
 * @module
 */
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { Charge } from '../../core/privacy/ledger/ledger.ts';
import type { DrawnSums } from '../../core/privacy/plan/charged-sums.ts';
import type { Domain } from '../../core/data/domain.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import type { NewcomerChoice } from '../../core/transfer/newcomer/newcomer.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { EvaluationOrder, EvaluationResult } from '../evaluation/evaluate.ts';
import type { RoundWork } from '../rounds/update.ts';
import type { Shown } from './shown.ts';

export interface Workshop extends RoundWork {
  /** True if a fit blocks nothing else, not even a round. */
  readonly fitsApart: boolean;
  /** Trains what the encoder needs. @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; the errors of the strategy. */
  prepare(): Promise<void>;
  /**
   * Prototypes, row-major [K, dimension], if the release mode needs them.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED.
   */
  prototypes(): Promise<Float32Array>;
  /** Representations of persons, given by their rows in the domain. */
  represent(rows: readonly number[]): Promise<readonly Float32Array[]>;
  /** What may be shown to the person in this row of the domain. */
  show(row: number): Promise<Shown>;
  /**
   * @param decoder in place of this platform's own
   * @returns the decoder, for `restoreDecoder` over the same domain.
   */
  fit(received: readonly ReceivedRepresentations[], decoder?: string): Promise<DecoderData>;
  /** Chooses how much the shared model's item vectors weigh beside the platform's own rows. They must be there. */
  weigh(shared: SharedModel): Promise<NewcomerChoice>;
  /** Measures fitted decoders on hidden positives. @throws EvaluationError. */
  evaluate(order: EvaluationOrder): Promise<EvaluationResult>;
  /** Ends all work under way. Idempotent. */
  dispose(): Promise<void>;
}

export interface WorkshopOptions {
  readonly plan: FederationPlan;
  /** Name of the platform. */
  readonly platform: string;
  /** The domain under pseudonyms. */
  readonly domain: Domain;
  /** This platform's decoder of received representations: a readout, or readout@space. Absent: ridge. */
  readonly decoder?: string;
  /** The platform's own memory of factors. Each thread has another one. */
  readonly factorise: Factorise;
  /** The source of noise and rounding. Work threads draw from the operating system instead. */
  readonly random: RandomStreams;
  /** Durable record of the sums that were drawn before. */
  readonly drawn: DrawnSums;
  /** Charges the ledger durably, before anybody sees the sum. */
  readonly charge: (charge: Charge) => void | Promise<void>;
  /** Called with the progress of the current stage, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  readonly signal: AbortSignal;
}
