/**
 * This platform's own encoder: trained through sums that its ledger is charged for before they are seen, and asked for
 * representations once the rounds are over.
 * @module
 */
import { historyOf } from '../core/data/select.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import { createChargedSums } from '../core/privacy/plan/charged-sums.ts';
import type { ChargedSums, PrivacyMechanism } from '../core/privacy/mechanism/mechanism.ts';
import type { PlatformModel } from '../core/transfer/strategy.ts';
import type { PlatformEvent } from './events.ts';
import type { PlatformOptions } from './options.ts';
import type { Encoder } from './releases/source.ts';
import type { OwnLedger } from './rounds/own-ledger.ts';

export interface LocalEncoderOptions {
  readonly options: PlatformOptions;
  readonly plan: FederationPlan;
  readonly ledger: OwnLedger;
  readonly mechanism: PrivacyMechanism;
  readonly model: PlatformModel;
  readonly emit: (event: PlatformEvent) => void;
}

export class LocalEncoder {
  readonly #given: LocalEncoderOptions;
  readonly #sums: ChargedSums;
  #prototypes: Promise<Float32Array> | undefined;

  constructor(given: LocalEncoderOptions) {
    this.#given = given;
    const { options, plan, ledger, mechanism, emit } = given;
    this.#sums = createChargedSums({
      plan: plan.privacy,
      platform: options.identity.name,
      mechanism,
      random: options.random,
      drawn: options.store.sums,
      charge: (charge) => {
        ledger.charge(charge);
        // Sums of a strategy that promises nothing are charged all the same, but bound nothing by it.
        const isBounded = plan.strategy.privacy === 'private-encoder';
        emit({ kind: 'epsilon', spent: isBounded ? ledger.spent : null, budget: ledger.budget });
      },
    });
  }

  /** @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; whatever the strategy throws. */
  prepare(): Promise<void> {
    return this.#given.model.prepare(this.#sums);
  }

  /**
   * After the last round. Prototypes are made once: with a later shared model codes are told among the same ones.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED
   */
  async after(modelRound: number): Promise<Encoder> {
    const { options, model } = this.#given;
    const represent = (row: number): Float32Array => model.represent(historyOf(options.domain, row));
    if (!this.#needsPrototypes()) return { modelRound, represent };
    this.#prototypes ??= model.prototypes(this.#sums);
    return { modelRound, represent, prototypes: await this.#prototypes };
  }

  #needsPrototypes(): boolean {
    const { options, plan } = this.#given;
    const isSource = plan.shape.platforms.some(({ name, releases }) => releases && name === options.identity.name);
    // Without pseudonyms nothing is released: what nobody sees need not be paid for.
    return plan.manifest.privacy.release === 'cohort' && isSource && options.pseudonyms !== undefined;
  }
}
