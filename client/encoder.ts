/**
 * The platform's own encoder once the rounds are over. It makes the representations that are released.
 * @module
 */
import { needsPrototypes } from '../core/release/registry.ts';
import type { Context } from './context.ts';
import type { Encoder } from './releases/source.ts';
import type { Workshop } from './work/workshop.ts';

export class LocalEncoder {
  readonly #workshop: Pick<Workshop, 'represent' | 'prototypes'>;
  readonly #needsPrototypes: boolean;
  #prototypes: Promise<Float32Array> | undefined;

  constructor(
    { plan, identity, pseudonyms }: Context<'plan' | 'identity' | 'pseudonyms'>,
    workshop: Pick<Workshop, 'represent' | 'prototypes'>,
  ) {
    this.#workshop = workshop;
    const isSource = plan.shape.platforms.some(({ name, releases }) => releases && name === identity.name);
    // Without pseudonyms nothing is released, so no budget is spent on prototypes that nobody would see.
    this.#needsPrototypes = needsPrototypes(plan.manifest.privacy.release) && isSource && pseudonyms !== undefined;
  }

  /**
   * The encoder after the last round. Prototypes are made only once, so a later shared model chooses its codes among
   * the same ones.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED.
   */
  async after(modelRound: number): Promise<Encoder> {
    const represent: Encoder['represent'] = (rows) => this.#workshop.represent(rows);
    if (!this.#needsPrototypes) return { modelRound, represent };
    this.#prototypes ??= this.#workshop.prototypes();
    return { modelRound, represent, prototypes: await this.#prototypes };
  }
}
