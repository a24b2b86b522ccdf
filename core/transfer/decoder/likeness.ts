/**
 * How much a person's released vectors are like those of each linked person: the mean cosine over the sources that
 * released something of the person, each source's vectors centred.
 * @module
 */
import type { ReadoutTask } from './readout.ts';
import { NOTHING, vectorsOf } from './received-features.ts';

export interface LikenessState {
  readonly sources: readonly {
    readonly source: string;
    readonly dimension: number;
    readonly offset: number;
    readonly mean: Float64Array /* [dimension] */;
  }[];
  /** Centred unit vectors, zeros where a source knows nothing: row-major [persons, width]. */
  readonly rows: Float32Array;
}

export class LikenessBank {
  readonly #state: LikenessState;
  readonly #width: number;

  constructor(state: LikenessState) {
    this.#state = state;
    this.#width = state.sources.reduce((sum, { dimension }) => sum + dimension, 0);
  }

  /** @param indices of the sources that are used, among those of the task */
  static fit(task: ReadoutTask, indices: readonly number[]): LikenessState {
    let offset = 0;
    const sources = indices.map((index) => {
      const { dimension, source } = task.received[index];
      const known = vectorsOf(task.received[index], task.rows[index], task.train.persons);
      const mean = new Float64Array(dimension);
      known.forEach((value, at) => (mean[at % dimension] += value / (known.length / dimension)));
      offset += dimension;
      return { source, dimension, offset: offset - dimension, mean };
    });
    const empty = new LikenessBank({ sources, rows: new Float32Array(0) });
    const rows = new Float32Array(task.train.persons.length * offset);
    task.train.persons.forEach((person, p) => rows.set(empty.rowOf(task, person), p * offset));
    return { sources, rows };
  }

  /** The centred unit vectors of a person of the task. */
  rowOf({ received, rows }: ReadoutTask, person: string): Float32Array {
    return this.row((source) => {
      const index = received.findIndex((one) => one.source === source);
      const row = rows[index].get(person);
      const { dimension, vectors } = received[index];
      return row === undefined ? undefined : vectors.subarray(row * dimension, (row + 1) * dimension);
    });
  }

  row(vector: (source: string) => Float32Array | undefined): Float32Array /* [width] */ {
    const out = new Float32Array(this.#width);
    for (const { dimension, mean, offset, source } of this.#state.sources) {
      const given = vector(source);
      if (given?.some((value) => value !== 0) !== true) continue;
      let square = 0;
      let length = 0;
      for (let i = 0; i < dimension; i++) {
        square += (given[i] - mean[i]) ** 2;
        length += given[i] ** 2;
      }
      const inverse = square > NOTHING * length ? 1 / Math.sqrt(square) : 0;
      for (let i = 0; i < dimension; i++) out[offset + i] = (given[i] - mean[i]) * inverse;
    }
    return out;
  }

  /**
   * The weight of each linked person: softmax of likeness / reach.
   * @param reach above 0; at infinity everybody weighs the same.
   * @returns [persons], sum 1; undefined if nothing is known of the person.
   */
  weights(row: Float32Array, reach: number): Float64Array | undefined {
    const { rows, sources } = this.#state;
    const known = sources.filter(({ dimension, offset }) =>
      row.subarray(offset, offset + dimension).some((value) => value !== 0),
    ).length;
    if (known === 0) return undefined;
    const out = new Float64Array(rows.length / this.#width);
    let total = 0;
    for (let p = 0, at = 0; p < out.length; p++, at += this.#width) {
      let sum = 0;
      for (let i = 0; i < this.#width; i++) sum += row[i] * rows[at + i];
      out[p] = Math.exp((sum / known - 1) / reach);
      total += out[p];
    }
    for (let p = 0; p < out.length; p++) out[p] /= total;
    return out;
  }
}
