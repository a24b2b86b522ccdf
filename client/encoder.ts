/**
 * This platform's own encoder: trained through sums that its ledger is charged for before they are seen, and asked for
 * representations once the rounds are over.
 * @module
 */
import type { FederationPlan } from '../core/federation/plan.ts';
import { needsPrototypes } from '../core/release/registry.ts';
import type { PlatformOptions } from './options.ts';
import type { Encoder } from './releases/source.ts';
import type { Workshop } from './work/workshop.ts';

export interface LocalEncoderOptions {
  readonly options: PlatformOptions;
  readonly plan: FederationPlan;
  readonly workshop: Workshop;
}

export class LocalEncoder {
  readonly #given: LocalEncoderOptions;
  #prototypes: Promise<Float32Array> | undefined;

  constructor(given: LocalEncoderOptions) {
    this.#given = given;
  }

  /** @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; whatever the strategy throws. */
  prepare(): Promise<void> {
    return this.#given.workshop.prepare();
  }

  /**
   * After the last round. Prototypes are made once: with a later shared model codes are told among the same ones.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED
   */
  async after(modelRound: number): Promise<Encoder> {
    const { workshop } = this.#given;
    const represent: Encoder['represent'] = (rows) => workshop.represent(rows);
    if (!this.#needsPrototypes()) return { modelRound, represent };
    this.#prototypes ??= workshop.prototypes();
    return { modelRound, represent, prototypes: await this.#prototypes };
  }

  #needsPrototypes(): boolean {
    const { options, plan } = this.#given;
    const isSource = plan.shape.platforms.some(({ name, releases }) => releases && name === options.identity.name);
    // Without pseudonyms nothing is released: what nobody sees need not be paid for.
    return needsPrototypes(plan.manifest.privacy.release) && isSource && options.pseudonyms !== undefined;
  }
}
