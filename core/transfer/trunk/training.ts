/**
 * One platform's part in training the trunk: charged moments of its inputs once, then one update per person in every
 * round, computed from the shared trunk, those released values and the person's history.
 * @module
 */
import type { History } from '../../data/domain.ts';
import { kernels } from '../../kernels/index.ts';
import type { Workbench } from '../../kernels/index.ts';
import type { Contribution } from '../../privacy/mechanism/mechanism.ts';
import type { SharedModel } from '../encoder.ts';
import type { PerPerson } from '../per-person.ts';
import { representationOf, representationWidth } from '../training/representation.ts';
import type { Trainee, TrainingContext } from '../training/training.ts';
import type { Encode } from '../views/view.ts';
import { EXAMPLES, numbersOfPass, personUpdates } from './gradients.ts';
import { halvesOf } from './halves.ts';
import { HistoryInputs, momentsOf, scaleInputs, scalingOf } from './history-inputs.ts';
import { checkTrunk, encode, trunkShapeOf } from './network.ts';
import type { TrunkShape } from './network.ts';

/** Numbers in the factors of a batch, about, which limits the persons in it: what a pass leaves behind stays in the caches. */
const BATCH_NUMBERS = 1 << 20;
const LARGEST_BATCH = 512;

/** The contribution of a person whose history is too short to be split: all zeros. */
const NOTHING: Contribution = { indices: new Uint32Array(0), values: new Float32Array(0) };

/**
 * Releases the moments of the inputs, which is charged, and returns the platform's part in the rounds.
 * @param momentsLabel label of that sum. @throws TransferError TRANSFER_SHAPE; PrivacyError of the sum.
 */
export async function trunkTrainee(context: TrainingContext<object>, momentsLabel: string): Promise<Trainee> {
  const { inputs: views, plan, sums, width } = context;
  const shape = trunkShapeOf(plan.blocks);
  const inputs = new HistoryInputs(views, width, context.views.find(({ items }) => items !== undefined)?.items);
  const scaling = scalingOf(await sums.release(momentsLabel, (batch) => momentsIn(batch, inputs)));
  const input: Input = (items, length) => scaleInputs(inputs.raw(items, length), scaling);
  return {
    contribution: (shared, round) => updates({ shape, shared, round, input }),
    encode: (shared) => encoderOf(shape, shared, input, representationWidth(shape.bottleneck, context.shape.release)),
  };
}

type Input = (items: Uint32Array, length: number) => Float32Array;

interface Round {
  readonly shape: TrunkShape;
  readonly shared: SharedModel;
  readonly round: number;
  readonly input: Input;
}

/**
 * One update per person: minus the gradient of the person's two examples, or zeros for a history too short to be split.
 * A person's update does not depend on the other persons of the batch,
 * and lies in memory that the next ones use again.
 */
function updates({ shape, shared, round, input }: Round): PerPerson {
  const capacity = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_NUMBERS / (8 * EXAMPLES * shape.hidden))));
  checkTrunk(shape, shared);
  const workbench = kernels.workbench(numbersOfPass(shape, EXAMPLES * capacity));
  const held = workbench.keep(shared);
  return function* (batch) {
    for (let start = 0; start < batch.length; start += capacity) {
      workbench.clear();
      yield* updatesOf(batch.slice(start, start + capacity), { shape, shared: held, round, input }, workbench);
    }
  };
}

function* updatesOf(
  persons: readonly History[],
  { shape, shared, round, input }: Round,
  workbench: Workbench,
): Generator<Contribution> {
  const width = shape.inputs;
  const inputs = new Float32Array(persons.length * EXAMPLES * width);
  const targets = new Float32Array(inputs.length);
  /** The row of each person in the batch; -1 for a person without examples. */
  const rows = new Int32Array(persons.length).fill(-1);
  let taught = 0;
  for (const [person, { items }] of persons.entries()) {
    const halves = halvesOf(items, round);
    if (halves === null) continue;
    const first = input(halves.first, items.length);
    const second = input(halves.second, items.length);
    const at = taught * EXAMPLES * width;
    inputs.set(first, at);
    inputs.set(second, at + width);
    targets.set(second, at);
    targets.set(first, at + width);
    rows[person] = taught++;
  }
  const numbers = taught * EXAMPLES * width;
  const examples = { inputs: inputs.subarray(0, numbers), targets: targets.subarray(0, numbers) };
  const values = taught === 0 ? [] : personUpdates(shape, shared, examples, workbench);
  for (const row of rows) yield row < 0 ? NOTHING : values[row];
}

/** z of a whole history. @param width numbers of a representation. */
function encoderOf(network: TrunkShape, shared: SharedModel, input: Input, width: number): Encode {
  return ({ items }) =>
    representationOf(items.length === 0 ? undefined : encode(network, shared, input(items, items.length)), width);
}

function* momentsIn(batch: readonly History[], inputs: HistoryInputs): Generator<Contribution> {
  for (const { items } of batch) {
    const halves = halvesOf(items, 0);
    yield halves === null
      ? NOTHING
      : momentsOf(inputs.raw(halves.first, items.length), inputs.raw(halves.second, items.length));
  }
}
