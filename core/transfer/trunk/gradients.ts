/**
 * Every person's own update of the trunk, for many persons at a time, as outer products.
 * @module
 */
import type { FactoredContribution } from '../../privacy/mechanism/mechanism.ts';
import type { Arithmetic } from '../network/arithmetic.ts';
import { contributionOf } from '../network/layer.ts';
import type { TrunkShape } from './network.ts';
import { checkTrunk, trunkNetwork, trunkSize } from './network.ts';

/** Two examples per person: the first half of a history predicts the second, and the second the first. */
export const EXAMPLES = 2;

/**
 * Examples of the loss, which is half the squared error of y against a target. Inputs and targets are rows, and the two
 * rows of a person follow each other.
 */
export interface TrunkBatch {
  readonly inputs: Float32Array /* [examples, inputs] */;
  readonly targets: Float32Array /* [examples, inputs] */;
}

/** Numbers that a pass over so many examples leaves behind, and the weights both ways round; rather too many than too few. */
export function numbersOfPass(shape: TrunkShape, examples: number): number {
  const { bottleneck, hidden, inputs } = shape;
  return examples * (14 * (hidden + 2) + 24 * (inputs + bottleneck + 2)) + 4 * trunkSize(shape);
}

/**
 * Minus the sum of the gradients of each person's two examples. @param arithmetic whose results the updates are views of.
 */
export function personUpdates(
  shape: TrunkShape,
  parameters: Float32Array,
  { inputs, targets }: TrunkBatch,
  arithmetic: Arithmetic,
): readonly FactoredContribution[] {
  checkTrunk(shape, parameters);
  const pass = trunkNetwork(shape).run(arithmetic, parameters, inputs);
  const left = targets.map((target, i) => target - pass.y[i]);
  const { factors } = pass.backward(left, false);
  const persons = inputs.length / shape.inputs / EXAMPLES;
  return Array.from({ length: persons }, (_, p) => contributionOf(factors, EXAMPLES * p, EXAMPLES * (p + 1)));
}
