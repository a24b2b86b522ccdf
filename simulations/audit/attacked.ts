/**
 * The encoders that the audit attacks: every one in the registry that spends epsilon. Each charged view is attacked alone,
 * and each training over the usual view.
 * @module
 */
import { composeEncoder } from '../../core/transfer/compose.ts';
import { encoderName, encoderSpec } from '../../core/transfer/expression.ts';
import { presets } from '../../core/transfer/presets.ts';
import { trainings, views } from '../../core/transfer/registry.ts';

/** An encoder by its published name or expression, and the reason why it is not attacked; null: it is. */
export interface Attacked {
  readonly strategy: string;
  readonly notBecause: string | null;
}

export function attackedEncoders(): readonly Attacked[] {
  const expressions = [
    ...presets.map(({ name }) => name),
    ...views.all.filter(({ law }) => law === 'charged').map(({ name }) => name),
    ...trainings.all.map(({ name, readsViews }) => (readsViews ? `subspace>${name}` : name)),
  ];
  const strategies = [...new Set(expressions.map((expression) => encoderName(encoderSpec(expression))))];
  return strategies.flatMap((strategy): Attacked[] => {
    const { law, spec } = composeEncoder(encoderSpec(strategy));
    if (law !== 'charged') return [];
    const isOfItems = spec.training !== undefined && !trainings.named(spec.training.name).readsViews;
    const needsVocabulary = 'its canaries would need a vocabulary of their own items, which this audit does not make';
    return [{ strategy, notBecause: isOfItems ? needsVocabulary : null }];
  });
}
