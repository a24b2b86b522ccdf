/**
 * Reads the histories that sources sent themselves (views/history.ts), and makes numbers of them by which any readout can
 * compare persons. They stand side by side: the source's other numbers, factors of all histories that the source sent, and
 * hashed items, weighted by how rare they are among these histories. Nothing of it leaves the target.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { ReceivedRepresentations, SentHistory } from '../../release/release.ts';
import { factorEncoder } from '../encoder/factor-encoder.ts';
import { historyOfBox } from '../encoder/history-box.ts';
import { encodeHistory, unit } from '../encoder/item-vectors.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { publicProjection } from '../encoder/projection.ts';
import type { Factorise, KeptFactors } from '../factors/factor-memory.ts';
import { factorsOf } from '../factors/implicit-als.ts';
import type { LiveReadout } from './readout.ts';
import type { ReleasedVector } from './report.ts';
import { factorSettings } from './target-factors.ts';

/** Numbers of the hashed items: with the others and the factors the regression stays as fast as with any other view. */
const HASHED = 224;
/** Length of the hashed items beside 1 of the other numbers and 1 of the factors. */
const HASHED_LENGTH = 1.4;

/** What was learnt from the histories of each source, as plain data. */
export type ToldHistories = Readonly<Record<string, SourceHistories>>;

interface SourceHistories {
  readonly sent: SentHistory;
  /** log(1 + N / n) for an item that n of N histories hold. */
  readonly rarity: Float64Array /* [items] */;
  readonly factors: KeptFactors;
}

type Read = (vector: Float32Array) => Float32Array;

/** Learns from all histories that were received, of linked persons and of arrivals. */
export function learnHistories(received: readonly ReceivedRepresentations[], factorise: Factorise): ToldHistories {
  return Object.fromEntries(
    received.flatMap((one) => {
      const domain = domainOf(one);
      if (one.history === undefined || domain.items.length === 0) return [];
      const counts = new Float64Array(one.history.items);
      for (const item of domain.items) counts[item] += 1;
      const rarity = counts.map((count) => Math.log1p(one.persons.length / Math.max(1, count)));
      const { items, persons } = factorise(domain);
      return [[one.source, { sent: one.history, rarity, factors: { items, persons } }]];
    }),
  );
}

/** The histories of one source as a platform's data. */
function domainOf({ dimension, history, persons, source, vectors }: ReceivedRepresentations): Domain {
  const rows = persons.map((_, row) =>
    history === undefined
      ? new Uint32Array(0)
      : historyOfBox(vectors.subarray(row * dimension, (row + 1) * dimension), history),
  );
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach(({ length }, row) => (offsets[row + 1] = offsets[row] + length));
  const items = new Uint32Array(offsets[rows.length]);
  rows.forEach((row, at) => items.set(row, offsets[at]));
  const catalogue = Array.from({ length: history?.items ?? 0 }, (_, item) => `${item}`);
  return { name: source, persons, catalogue, offsets, items };
}

/** Turns vectors with a history into numbers; the vectors of other sources stay. */
export class HistoryReader {
  readonly #reads: ReadonlyMap<string, Read>;

  constructor(told: ToldHistories) {
    this.#reads = new Map(Object.entries(told).map(([source, histories]) => [source, readerOf(source, histories)]));
  }

  all(received: readonly ReceivedRepresentations[]): readonly ReceivedRepresentations[] {
    return received.map((one) => {
      const read = this.#reads.get(one.source);
      if (read === undefined) return one;
      const rows = one.persons.map((_, row) =>
        read(one.vectors.subarray(row * one.dimension, (row + 1) * one.dimension)),
      );
      const dimension = rows.at(0)?.length ?? 0;
      const vectors = new Float32Array(rows.length * dimension);
      rows.forEach((row, at) => vectors.set(row, at * dimension));
      return { ...one, dimension, vectors };
    });
  }

  /** The same readout, for vectors as they were released. */
  before(readout: LiveReadout): LiveReadout {
    const read = (released: readonly ReleasedVector[]): readonly ReleasedVector[] =>
      released.map((one) => ({ source: one.source, vector: this.#reads.get(one.source)?.(one.vector) ?? one.vector }));
    return {
      scores: (released) => readout.scores(read(released)),
      direction: (released) => readout.direction(read(released)),
      ...(readout.held && { held: readout.held }),
      ...(readout.features && { features: (released) => readout.features?.(read(released)) }),
      ...(readout.attention && { attention: (released) => readout.attention?.(read(released)) ?? {} }),
      ...(readout.posterior && { posterior: (released) => readout.posterior?.(read(released)) }),
    };
  }
}

function readerOf(source: string, { factors, rarity, sent }: SourceHistories): Read {
  const { at, slots } = sent;
  const factorsFor = factorEncoder(factorsOf(factors.persons, factors.items, factorSettings), factorSettings.dimension);
  const hashed = hashedItems(source, rarity);
  return (vector) => {
    const history = historyOfBox(vector, sent);
    const others = unit(Float32Array.of(...vector.subarray(0, at), ...vector.subarray(at + slots + 1)));
    const own = [others, factorsFor(history), encodeHistory(history, hashed).map((value) => HASHED_LENGTH * value)];
    const out = new Float32Array(own.reduce((sum, { length }) => sum + length, 0));
    own.reduce((from, part) => (out.set(part, from), from + part.length), 0);
    return out;
  };
}

function hashedItems(source: string, rarity: Float64Array): ItemVectors {
  const ids = Array.from(rarity, (_, item) => `${item}`);
  const { dimension, vectors } = publicProjection(source, ids, HASHED);
  return { dimension, vectors: vectors.map((value, at) => value * rarity[Math.floor(at / dimension)]) };
}
