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

export interface TrunkShape {
  readonly inputs: number;
  readonly hidden: number;
  readonly bottleneck: number;
}

/** c: scale of a hidden layer's output. */
export const hiddenScale = (shape: TrunkShape): number => 1 / Math.sqrt(shape.hidden);

/** b: constant input of the biases. */
export const biasScale = (shape: TrunkShape): number => 1 / Math.sqrt(shape.inputs);

/** Names of the blocks, in their order in the vector. */
export const BLOCKS = ['E0', 'E1', 'e1', 'E2', 'e2', 'D0', 'D1', 'd1', 'D2', 'd2'] as const;
export type BlockName = (typeof BLOCKS)[number];

export function trunkBlocks({ inputs, hidden, bottleneck }: TrunkShape): readonly SharedBlock[] {
  const shapes: Readonly<Record<BlockName, readonly number[]>> = {
    E0: [inputs, bottleneck],
    E1: [inputs, hidden],
    e1: [hidden],
    E2: [hidden, bottleneck],
    e2: [bottleneck],
    D0: [bottleneck, inputs],
    D1: [bottleneck, hidden],
    d1: [hidden],
    D2: [hidden, inputs],
    d2: [inputs],
  };
  return BLOCKS.map((name) => ({ name, shape: shapes[name] }));
}

/** Number of parameters. */
export function trunkSize(shape: TrunkShape): number {
  return trunkBlocks(shape).reduce((sum, block) => sum + sizeOf(block), 0);
}

/** The shape for which the blocks were laid out. @throws TransferError TRANSFER_SHAPE if they are not a trunk's. */
export function trunkShapeOf(blocks: readonly SharedBlock[]): TrunkShape {
  const [inputs, bottleneck] = blocks.find((block) => block.name === 'E0')?.shape ?? [];
  const [hidden] = blocks.find((block) => block.name === 'e1')?.shape ?? [];
  const shape = { inputs, hidden, bottleneck };
  if (JSON.stringify(trunkBlocks(shape)) === JSON.stringify(blocks)) return shape;
  throw new TransferError('TRANSFER_SHAPE', 'the shared plan is not for a trunk: another strategy or version made it');
}

/** Start of each block. */
export function trunkOffsets(shape: TrunkShape): Readonly<Record<BlockName, number>> {
  let at = 0;
  const offsets = trunkBlocks(shape).map((block) => {
    const start = at;
    at += sizeOf(block);
    return [block.name, start] as const;
  });
  return Object.fromEntries(offsets) as Record<BlockName, number>;
}

/** The blocks as views into one vector. @throws TransferError TRANSFER_SHAPE if the vector has another length. */
export function trunkViews(shape: TrunkShape, parameters: Float32Array): Readonly<Record<BlockName, Float32Array>> {
  if (parameters.length !== trunkSize(shape)) {
    throw new TransferError(
      'TRANSFER_SHAPE',
      `a trunk of ${trunkSize(shape)} parameters was given ${parameters.length}: the shared model belongs to another plan`,
    );
  }
  const offsets = trunkOffsets(shape);
  const views = trunkBlocks(shape).map((block) => {
    const start = offsets[block.name as BlockName];
    return [block.name, parameters.subarray(start, start + sizeOf(block))] as const;
  });
  return Object.fromEntries(views) as Record<BlockName, Float32Array>;
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

/** z of one input. It is computed in float64, so that every backend and every batch gives the same representation. */
export function encode(shape: TrunkShape, parameters: Float32Array, input: Float32Array): Float32Array {
  const { inputs, hidden, bottleneck } = shape;
  const { E0, E1, e1, E2, e2 } = trunkViews(shape, parameters);
  const bias = biasScale(shape);
  const z = Float64Array.from(e2, (value) => value * bias);
  const bent = Float64Array.from(e1, (value) => value * bias);
  for (let i = 0; i < inputs; i++) {
    const value = input[i];
    for (let j = 0; j < bottleneck; j++) z[j] += value * E0[i * bottleneck + j];
    for (let h = 0; h < hidden; h++) bent[h] += value * E1[i * hidden + h];
  }
  const scale = hiddenScale(shape);
  for (let h = 0; h < hidden; h++) {
    const value = scale * Math.tanh(bent[h]);
    for (let j = 0; j < bottleneck; j++) z[j] += value * E2[h * bottleneck + j];
  }
  return Float32Array.from(z);
}

function sizeOf(block: SharedBlock): number {
  return block.shape.reduce((product, extent) => product * extent, 1);
}
