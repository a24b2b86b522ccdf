/**
 * A person tower above an item tower, and the gradient of one person's loss for both.
 * @module
 */
import { writtenOut } from '../../../privacy/mechanism/written-out.ts';
import type { WrittenContribution } from '../../../privacy/mechanism/mechanism.ts';
import type { Arithmetic, Reals } from '../../network/arithmetic.ts';
import { contributionOf, sizeOfBlocks } from '../../network/layer.ts';
import type { LayerBlock, Pass, SequenceLayer } from '../../network/layer.ts';
import type { Adapt } from './adapting.ts';
import type { Example } from './examples.ts';
import { softmaxLoss } from './softmax.ts';
import type { Softmax } from './softmax.ts';

/** Turns items into vectors w. */
export interface ItemTower {
  readonly blocks: readonly LayerBlock[];
  run(arithmetic: Arithmetic, parameters: Reals, items: Uint32Array): Pass;
}

export interface Learnt {
  readonly loss: number;
  readonly update: WrittenContribution;
  /** The mean over the person's examples of what an adaptation adds to its block; empty without one. */
  readonly own: Float64Array;
}

/** Both towers of one platform, with their parameters in one vector: the item tower's first. */
export class TowerPair {
  readonly #items: ItemTower;
  readonly #person: SequenceLayer;
  readonly #split: number;
  readonly size: number;
  readonly dimension: number;

  constructor(items: ItemTower, person: SequenceLayer, dimension: number) {
    this.#items = items;
    this.#person = person;
    this.#split = sizeOfBlocks(items.blocks);
    this.size = this.#split + sizeOfBlocks(person.blocks);
    this.dimension = dimension;
  }

  runItems(arithmetic: Arithmetic, parameters: Reals, items: Uint32Array): Pass {
    return this.#items.run(arithmetic, parameters.subarray(0, this.#split), items);
  }

  runPerson(arithmetic: Arithmetic, parameters: Reals, w: Reals, offsets: Uint32Array): Pass {
    return this.#person.run(arithmetic, parameters.subarray(this.#split, this.size), w, offsets);
  }

  /** Weights of the items of a history in z, from their vectors w; undefined for a person tower that computes none. */
  get weigh(): ((arithmetic: Arithmetic, parameters: Reals, w: Reals) => Reals) | undefined {
    const weights = this.#person.weights?.bind(this.#person);
    if (weights === undefined) return undefined;
    return (arithmetic, parameters, w) =>
      weights(arithmetic, parameters.subarray(this.#split, this.size), w, Uint32Array.of(0, w.length / this.dimension));
  }

  /**
   * For each person, the mean loss of the person's examples, and minus its gradient, written out.
   * @param adapt adds the slopes of an adaptation, whose loss is not in the loss.
   */
  learn(
    arithmetic: Arithmetic,
    parameters: Reals,
    persons: readonly (readonly Example[])[],
    { nearness, temperature }: Pick<Softmax, 'nearness' | 'temperature'>,
    adapt?: Adapt,
  ): readonly Learnt[] {
    const width = this.dimension;
    const examples = placed(persons);
    const items = Uint32Array.from(examples.flatMap(({ candidates, seen }) => [...seen, ...candidates]));
    const below = this.runItems(arithmetic, parameters, items);
    const offsets = new Uint32Array(examples.length + 1);
    examples.forEach(({ seen }, e) => (offsets[e + 1] = offsets[e] + seen.length));
    const w = arithmetic.zeros(offsets[examples.length] * width);
    examples.forEach(({ row, seen }, e) => {
      w.set(below.y.subarray(row * width, (row + seen.length) * width), offsets[e] * width);
    });
    const person = this.runPerson(arithmetic, parameters, w, offsets);
    const dz = arithmetic.zeros(examples.length * width);
    const dw = arithmetic.zeros(items.length * width);
    const losses = new Float64Array(persons.length);
    const own: Float64Array[] = persons.map(() => new Float64Array(0));
    examples.forEach(({ candidates, logQ, of, positives, row, seen, share }, e) => {
      const from = (row + seen.length) * width;
      const z = person.y.subarray(e * width, (e + 1) * width);
      const slopes = softmaxLoss(arithmetic, {
        z,
        w: below.y.subarray(from, from + candidates.length * width),
        positives,
        logQ,
        temperature,
        nearness,
      });
      losses[of] += share * slopes.loss;
      for (let j = 0; j < width; j++) dz[e * width + j] = -share * slopes.dz[j];
      for (let j = 0; j < slopes.dw.length; j++) dw[from + j] = -share * slopes.dw[j];
      const adapted = adapt?.(z);
      if (adapted === undefined) return;
      for (let j = 0; j < width; j++) dz[e * width + j] -= share * adapted.dz[j];
      own[of] = adapted.own.map((value, i) => (own[of].at(i) ?? 0) + share * value);
    });
    const above = person.backward(dz);
    examples.forEach(({ row, seen }, e) => {
      for (let j = 0; j < seen.length * width; j++) dw[row * width + j] += above.dx[offsets[e] * width + j];
    });
    const ofItems = below.backward(dw, false).factors;
    let example = 0;
    let row = 0;
    return persons.map((taught, of) => {
      const [firstExample, firstRow] = [example, row];
      example += taught.length;
      row += taught.reduce((sum, { candidates, seen }) => sum + seen.length + candidates.length, 0);
      const lower = contributionOf(ofItems, firstRow, row);
      const upper = contributionOf(above.factors, firstExample, example, this.#split);
      const update = writtenOut({ blocks: [...lower.blocks, ...upper.blocks] }, this.size);
      return { loss: losses[of], update, own: own[of] };
    });
  }
}

interface Placed extends Example {
  /** Index of the person in the batch. */
  readonly of: number;
  /** Row of its first item among those of all examples: the seen items come first, then the candidates. */
  readonly row: number;
  /** Its part of the person's loss. */
  readonly share: number;
}

function placed(persons: readonly (readonly Example[])[]): readonly Placed[] {
  let row = 0;
  return persons.flatMap((own, of) =>
    own.map((example): Placed => {
      const at = row;
      row += example.seen.length + example.candidates.length;
      return { ...example, of, row: at, share: 1 / own.length };
    }),
  );
}
