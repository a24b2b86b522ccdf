/**
 * The platform's own encoder. It is trained through sums that the ledger is charged for before anyone sees them, and it
 * makes representations once the rounds are over.
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

  /** @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED; the errors of the strategy. */
  prepare(): Promise<void> {
    return this.#given.workshop.prepare();
  }

  /**
   * The encoder after the last round. Prototypes are made only once, so a later shared model chooses its codes among
   * the same ones.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED.
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
    // Without pseudonyms nothing is released, so no budget is spent on prototypes that nobody would see.
    return needsPrototypes(plan.manifest.privacy.release) && isSource && options.pseudonyms !== undefined;
  }
}
