/**
 * The probability that a person clicks on an item, from attributes of both. Attributes stand in fields, such as a person's age band
 * or an item's brand; a field may have several, which share its weight.
 *
 * - logistic regression: attributes add up;
 * - factorisation machine (Rendle, ICDM 2010, eq. 1 and lemma 3.1): each pair of attributes adds the product of their vectors;
 * - DeepFM (Guo et al., IJCAI 2017, eq. 1 to 4): a network over the same vectors, field by field, adds what pairs cannot say.
 *
 * A platform fits it on its own clicks. It is not made for sums over platforms.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { TransferError } from '../errors.ts';
import { double, sigmoid } from '../network/arithmetic.ts';
import { bend, chain, dense } from '../network/dense.ts';
import { sizeOfBlocks } from '../network/layer.ts';
import type { Factors, Layer } from '../network/layer.ts';

/** Places of the attributes of each field, in the order of the fields. */
export type Fields = readonly (readonly number[])[];

export interface ClickExample {
  readonly fields: Fields;
  readonly clicked: boolean;
}

export interface ClickSettings {
  /** Length of an attribute's vector; 0: logistic regression. */
  readonly factors: number;
  /** Width of the network's hidden layer; 0: a factorisation machine. */
  readonly hidden: number;
  readonly epochs: number;
  /** Step of Adagrad (Duchi, Hazan and Singer 2011). */
  readonly rate: number;
  /** Pull of vectors and weights of attributes towards 0. */
  readonly decay: number;
}

export const CLICK_SETTINGS: ClickSettings = { factors: 8, hidden: 24, epochs: 12, rate: 0.1, decay: 1e-4 };

export interface ClickModel {
  /** In (0, 1). */
  probability(fields: Fields): number;
}

const BATCH = 32;

/**
 * @param attributes number of attributes; a place is below it.
 * @throws TransferError TRANSFER_SHAPE for examples with different numbers of fields, or a place that is no attribute
 */
export function fitClicks(
  examples: readonly ClickExample[],
  attributes: number,
  settings: ClickSettings,
  seed: string,
): ClickModel {
  const fieldCount = examples.at(0)?.fields.length ?? 0;
  for (const { fields } of examples) {
    if (
      fields.length !== fieldCount ||
      fields.some((own) => own.some((place) => !(place >= 0 && place < attributes)))
    ) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `every example has ${fieldCount} fields of attributes below ${attributes}; one has other fields or attributes`,
      );
    }
  }
  const trainer = new Trainer(fieldCount, attributes, settings, new Prng(`clicks/${seed}`));
  const order = Uint32Array.from(examples.keys());
  const shuffles = new Prng(`clicks/order/${seed}`);
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    shuffles.shuffle(order);
    for (let from = 0; from < order.length; from += BATCH) {
      trainer.learn(Array.from(order.subarray(from, from + BATCH), (i) => examples[i]));
    }
  }
  return { probability: (fields) => trainer.probabilities([fields])[0] };
}

/** Parameters that Adagrad moves. */
class Moved {
  readonly values: Float64Array;
  readonly #squares: Float64Array;
  readonly #rate: number;

  constructor(values: Float64Array, rate: number) {
    this.values = values;
    this.#squares = new Float64Array(values.length);
    this.#rate = rate;
  }

  /** @param slope of the log likelihood. */
  move(at: number, slope: number): void {
    this.#squares[at] += slope * slope;
    if (slope !== 0) this.values[at] += (this.#rate * slope) / Math.sqrt(this.#squares[at] + 1e-10);
  }
}

class Trainer {
  readonly #fields: number;
  readonly #settings: ClickSettings;
  readonly #bias: Moved;
  readonly #weights: Moved; /* [attributes] */
  readonly #vectors: Moved; /* [attributes, factors] */
  readonly #network: Moved;
  readonly #layer: Layer | undefined;

  constructor(fields: number, attributes: number, settings: ClickSettings, prng: Prng) {
    const { factors, hidden, rate } = settings;
    const random = (length: number, deviation: number): Moved =>
      new Moved(
        Float64Array.from({ length }, () => deviation * prng.gaussian()),
        rate,
      );
    this.#fields = fields;
    this.#settings = settings;
    this.#bias = random(1, 0);
    this.#weights = random(attributes, 0);
    this.#vectors = random(attributes * factors, 0.1);
    if (factors > 0 && hidden > 0) {
      const inputs = fields * factors;
      this.#layer = chain(
        dense(inputs, hidden, { weights: 'in', bias: 'in bias' }),
        bend(hidden),
        dense(hidden, 1, { weights: 'out', bias: 'out bias' }),
      );
    }
    // With small weights the hidden layer is linear at the start, and no triple of attributes moves it.
    this.#network = random(this.#layer === undefined ? 0 : sizeOfBlocks(this.#layer.blocks), 1);
  }

  probabilities(batch: readonly Fields[]): readonly number[] {
    return this.#forward(batch).probabilities;
  }

  learn(batch: readonly ClickExample[]): void {
    const { factors, decay } = this.#settings;
    const { pass, pooled, probabilities } = this.#forward(batch.map(({ fields }) => fields));
    const slopes = Float64Array.from(batch, ({ clicked }, e) => (clicked ? 1 : 0) - probabilities[e]);
    const back = pass?.backward(slopes);
    batch.forEach(({ fields }, e) => {
      const slope = slopes[e];
      const whole = this.#sumOfFields(pooled, e);
      this.#bias.move(0, slope);
      fields.forEach((own, field) => {
        const at = (e * this.#fields + field) * factors;
        for (const place of own) {
          const share = 1 / own.length;
          this.#weights.move(place, share * slope - decay * this.#weights.values[place]);
          for (let k = 0; k < factors; k++) {
            const i = place * factors + k;
            const value = this.#vectors.values[i];
            const others = whole[k] - share * value;
            const deep = back === undefined ? 0 : back.dx[at + k];
            this.#vectors.move(i, share * (slope * others + deep) - decay * value);
          }
        }
      });
    });
    if (back !== undefined) this.#moveNetwork(back.factors);
  }

  #forward(batch: readonly Fields[]) {
    const { factors } = this.#settings;
    const [weights, vectors] = [this.#weights.values, this.#vectors.values];
    const pooled = new Float64Array(batch.length * this.#fields * factors);
    const sums = batch.map((fields, e) => {
      let sum = this.#bias.values[0];
      let squares = 0;
      fields.forEach((own, field) => {
        const at = (e * this.#fields + field) * factors;
        const share = 1 / own.length;
        for (const place of own) {
          sum += share * weights[place];
          for (let k = 0; k < factors; k++) {
            const value = share * vectors[place * factors + k];
            pooled[at + k] += value;
            squares += value * value;
          }
        }
      });
      const whole = this.#sumOfFields(pooled, e);
      return sum + (whole.reduce((total, value) => total + value * value, 0) - squares) / 2;
    });
    const pass = this.#layer?.run(double, this.#network.values, pooled);
    return { pass, pooled, probabilities: sums.map((sum, e) => sigmoid(sum + (pass === undefined ? 0 : pass.y[e]))) };
  }

  /** The sum of the vectors of all fields of an example. */
  #sumOfFields(pooled: Float64Array, example: number): Float64Array /* [factors] */ {
    const { factors } = this.#settings;
    const whole = new Float64Array(factors);
    const from = example * this.#fields * factors;
    for (let i = 0; i < this.#fields * factors; i++) whole[i % factors] += pooled[from + i];
    return whole;
  }

  #moveNetwork(factors: readonly Factors[]): void {
    for (const { at, columns, left, right, rows } of factors) {
      const slopes = new Float64Array(rows * columns);
      for (let term = 0; term < right.length / columns; term++) {
        for (let r = 0; r < rows; r++) {
          const by = left === null ? 1 : left[term * rows + r];
          for (let c = 0; c < columns; c++) slopes[r * columns + c] += by * right[term * columns + c];
        }
      }
      slopes.forEach((slope, i) => this.#network.move(at + i, slope));
    }
  }
}
