/**
 * The encoders that the audit attacks: every one in the registry that spends epsilon. Each charged view is attacked alone,
 * and each training over the usual view. So is each adaptation of the training by two towers, because what a person adds has other parts then.
 * @module
 */
import { composeEncoder } from '../../core/transfer/compose.ts';
import { encoderName, encoderSpec } from '../../core/transfer/expression.ts';
import { presets } from '../../core/transfer/presets.ts';
import { trainings, views } from '../../core/transfer/registry.ts';
import type { EncoderSpec } from '../../core/transfer/encoder.ts';
import { ADAPTATIONS } from '../../core/transfer/training/towers/adaptation.ts';

const TOWERS = 'subspace>two-towers';

/** An encoder by its published name or expression, its pieces and their settings, and the reason why it is not attacked; null: it is. */
export interface Attacked {
  readonly strategy: string;
  readonly encoder: EncoderSpec;
  readonly notBecause: string | null;
}

export function attackedEncoders(): readonly Attacked[] {
  const expressions = [
    ...presets.map(({ name }) => name),
    ...views.all.filter(({ law }) => law === 'charged').map(({ name }) => name),
    ...trainings.all.map(({ name, readsViews }) => (readsViews ? `subspace>${name}` : name)),
  ];
  const strategies = [...new Set(expressions.map((expression) => encoderName(encoderSpec(expression))))];
  const usual = strategies.flatMap((strategy): Attacked[] => {
    const { law, spec } = composeEncoder(encoderSpec(strategy));
    if (law !== 'charged') return [];
    const isOfItems = spec.training !== undefined && !trainings.named(spec.training.name).readsViews;
    const needsVocabulary = 'its canaries would need a vocabulary of their own items, which this audit does not make';
    return [{ strategy, encoder: spec, notBecause: isOfItems ? needsVocabulary : null }];
  });
  const adapted = ADAPTATIONS.filter((adaptation) => adaptation !== 'none').map((adaptation): Attacked => ({
    strategy: `${TOWERS}, ${adaptation}`,
    encoder: encoderSpec(TOWERS, { 'two-towers.adaptation': adaptation }),
    notBecause: null,
  }));
  return [...usual, ...adapted];
}
