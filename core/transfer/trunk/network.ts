/**
 * The shared trunk: an autoencoder between fixed layers that are private to each platform. For an input a of one
 * person,
 *
 *   z = a E0 + c tanh(a E1 + b e1) E2 + b e2          the representation
 *   y = z D0 + c tanh(z D1 + b d1) D2 + b d2          the prediction of the person's other interactions
 *
 * The direct connections E0 and D0 beside the hidden layers make the untrained trunk pass the leading inputs through,
 * so that training only has to adjust that. With c = 1/sqrt(hidden) and b = 1/sqrt(inputs) the loss has about the same
 * curvature in every block, so that one server learning rate suits all: there are not enough rounds for slow
 * directions. All parameters are in one vector, block after block.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { TransferError } from '../errors.ts';
import type { SharedBlock } from '../encoder.ts';
import { double } from '../network/arithmetic.ts';
import { bend, chain, dense, sum } from '../network/dense.ts';
import type { Layer } from '../network/layer.ts';
import { sizeOfBlocks } from '../network/layer.ts';

export interface TrunkShape {
  readonly inputs: number;
  readonly hidden: number;
  readonly bottleneck: number;
}

/** From a to z. Its parameters come first. */
function encoder({ bottleneck, hidden, inputs }: TrunkShape): Layer {
  const bias = 1 / Math.sqrt(inputs);
  return sum(
    dense(inputs, bottleneck, { weights: 'E0' }),
    chain(
      dense(inputs, hidden, { weights: 'E1', bias: 'e1' }, bias),
      bend(hidden, 1 / Math.sqrt(hidden)),
      dense(hidden, bottleneck, { weights: 'E2', bias: 'e2' }, bias),
    ),
  );
}

/** From a to y. */
export function trunkNetwork(shape: TrunkShape): Layer {
  const { bottleneck, hidden, inputs } = shape;
  const bias = 1 / Math.sqrt(inputs);
  const decoder = sum(
    dense(bottleneck, inputs, { weights: 'D0' }),
    chain(
      dense(bottleneck, hidden, { weights: 'D1', bias: 'd1' }, bias),
      bend(hidden, 1 / Math.sqrt(hidden)),
      dense(hidden, inputs, { weights: 'D2', bias: 'd2' }, bias),
    ),
  );
  return chain(encoder(shape), decoder);
}

export const trunkBlocks = (shape: TrunkShape): readonly SharedBlock[] => trunkNetwork(shape).blocks;

/** Number of parameters. */
export const trunkSize = (shape: TrunkShape): number => sizeOfBlocks(trunkBlocks(shape));

/** The shape for which the blocks were laid out. @throws TransferError TRANSFER_SHAPE if they are not a trunk's. */
export function trunkShapeOf(blocks: readonly SharedBlock[]): TrunkShape {
  const [inputs, bottleneck] = blocks.find((block) => block.name === 'E0')?.shape ?? [];
  const [hidden] = blocks.find((block) => block.name === 'e1')?.shape ?? [];
  const shape = { inputs, hidden, bottleneck };
  if (JSON.stringify(trunkBlocks(shape)) === JSON.stringify(blocks)) return shape;
  throw new TransferError('TRANSFER_SHAPE', 'the shared plan is not for a trunk: another strategy or version made it');
}

/** @throws TransferError TRANSFER_SHAPE if the vector has another length than the trunk's. */
export function checkTrunk(shape: TrunkShape, parameters: Float32Array): void {
  const size = trunkSize(shape);
  if (parameters.length === size) return;
  throw new TransferError(
    'TRANSFER_SHAPE',
    `a trunk of ${size} parameters was given ${parameters.length}: the shared model belongs to another plan`,
  );
}

/** The blocks as views into one vector. @throws TransferError TRANSFER_SHAPE if the vector has another length. */
export function trunkViews(shape: TrunkShape, parameters: Float32Array): Readonly<Record<string, Float32Array>> {
  checkTrunk(shape, parameters);
  let at = 0;
  const views = trunkBlocks(shape).map((block) => {
    const start = at;
    at += sizeOfBlocks([block]);
    return [block.name, parameters.subarray(start, at)] as const;
  });
  return Object.fromEntries(views);
}

/**
 * The trunk before the first round, from public facts only. E0 selects the inputs `passed` (one per bottleneck
 * dimension), and D0 returns them scaled by `echo` in total. E1 and D1 are standard normal, E2 and D2 zero: the hidden
 * layers do not contribute yet.
 */
export function initialTrunk(shape: TrunkShape, passed: readonly number[], echo: number, seed: string): Float32Array {
  const parameters = new Float32Array(trunkSize(shape));
  const { E0, E1, D0, D1 } = trunkViews(shape, parameters);
  const { inputs, bottleneck } = shape;
  passed.forEach((input, j) => {
    E0[input * bottleneck + j] = Math.sqrt(echo);
    D0[j * inputs + input] = Math.sqrt(echo);
  });
  const prng = new Prng(seed);
  for (let i = 0; i < E1.length; i++) E1[i] = prng.gaussian();
  for (let i = 0; i < D1.length; i++) D1[i] = prng.gaussian();
  return parameters;
}

/** z of one input. It is computed in float64, so that every batch gives the same representation. */
export function encode(shape: TrunkShape, parameters: Float32Array, input: Float32Array): Float32Array {
  checkTrunk(shape, parameters);
  return Float32Array.from(encoder(shape).run(double, parameters, input).y);
}
