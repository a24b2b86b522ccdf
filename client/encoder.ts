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
  #modelRound: number | undefined;

  constructor(
    { plan, identity, pseudonyms }: Context<'plan' | 'identity' | 'pseudonyms'>,
    workshop: Pick<Workshop, 'represent' | 'prototypes'>,
  ) {
    this.#workshop = workshop;
    const isSource = plan.shape.platforms.some(({ name, releases }) => releases && name === identity.name);
    // Without pseudonyms nothing is released, so no budget is spent on prototypes that nobody would see.
    this.#needsPrototypes = needsPrototypes(plan.manifest.privacy.release) && isSource && pseudonyms !== undefined;
  }

  /** Round of the shared model that releases are made with; undefined before the first release. */
  get modelRound(): number | undefined {
    return this.#modelRound;
  }

  /**
   * The encoder after the last round. Prototypes are made only once, so a later shared model chooses its codes among
   * the same ones.
   * @throws PrivacyError PRIVACY_BUDGET_EXHAUSTED.
   */
  async after(modelRound: number): Promise<Encoder> {
    const represent: Encoder['represent'] = (rows) => this.#workshop.represent(rows);
    if (this.#needsPrototypes) this.#prototypes ??= this.#workshop.prototypes();
    const prototypes = await this.#prototypes;
    this.#modelRound = modelRound;
    return { modelRound, represent, ...(prototypes && { prototypes }) };
  }
}
