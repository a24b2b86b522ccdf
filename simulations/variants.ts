/**
 * The federations that a run's options ask for.
 * @module
 */
import { isLocalMode } from '../core/release/registry.ts';
import { composeEncoder } from '../core/transfer/compose.ts';
import { encoderAblations, encoderSpec } from '../core/transfer/expression.ts';
import { ablationsOf } from '../core/transfer/readouts/registry.ts';
import { encodersOf } from './options.ts';
import type { SimulationOptions } from './options.ts';

/** One federation to run at each seed. */
export interface Variant {
  /** Name of the encoder in tables. */
  readonly strategy: string;
  readonly release: SimulationOptions['release'][number];
  /** Total epsilon as tables show it; null without privacy, or if there is nothing to bound. */
  readonly epsilon: number | null;
  /** The manifest's budget; null for a federation without privacy. */
  readonly budget: number | null;
  readonly epsilon0: number | null;
  /** True if a mechanism of the encoder is switched off. */
  readonly isAblation?: true;
}

/** Every federation that the options ask for. An encoder that spends no epsilon runs once, whatever the epsilons. */
export function variants(options: SimulationOptions): Variant[] {
  const encoders = encodersOf(options).flatMap((strategy): Pick<Variant, 'strategy' | 'isAblation'>[] => [
    { strategy },
    ...(options.ablate ? encoderAblations(strategy) : []).map(
      ({ expression }) => ({ strategy: expression, isAblation: true }) as const,
    ),
  ]);
  return encoders.flatMap((encoder) => {
    const { strategy } = encoder;
    const promises = composeEncoder(encoderSpec(strategy)).law === 'charged';
    const budgets = promises ? options.epsilon : options.epsilon.slice(0, 1);
    return options.release.flatMap((release) =>
      budgets.flatMap((budget) =>
        (isLocalMode(release) ? options.epsilon0 : [null]).map((epsilon0) => {
          return { ...encoder, release, epsilon: promises ? budget : null, budget, epsilon0 };
        }),
      ),
    );
  });
}

/** Every decoder that a target fits to the same releases; the first one serves. */
export function measuredDecoders({ ablate, decoder: asked }: Pick<SimulationOptions, 'ablate' | 'decoder'>): string[] {
  return ablate ? asked.flatMap((one) => [one, ...ablationsOf(one).map(({ name }) => name)]) : [...asked];
}
