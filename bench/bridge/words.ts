/** Item vectors from the words that catalogues have in common, weighed by rarity and reduced (latent semantic analysis). */
import { Prng } from '../../core/random/prng.ts';
import { orthonormaliseColumns } from '../../core/transfer/linear-algebra/thin-qr.ts';

const DIMENSION = 128;
const STEPS = 4;
/** Least number of items with a word; rarer words are left out. */
const FEWEST = 8;

type Row = readonly (readonly [word: number, weight: number])[];

/** @param texts of each catalogue's items. @returns vectors of length 1, or 0 for an item without a common word. */
export function wordVectors(texts: readonly (readonly string[])[]): {
  readonly dimension: number;
  readonly vectors: readonly Float32Array[] /* [items, dimension] each */;
} {
  const bags = texts.flat().map((text) => [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])]);
  const frequencies = new Map<string, number>();
  for (const word of bags.flat()) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  const kept = [...frequencies].filter(([, count]) => count >= FEWEST);
  const places = new Map(kept.map(([word], place) => [word, place]));
  const rarity = kept.map(([, count]) => Math.log(bags.length / count));
  const rows = bags.map((bag): Row => {
    const words = bag.flatMap((word) => places.get(word) ?? []);
    const length = Math.hypot(...words.map((word) => rarity[word])) || 1;
    return words.map((word) => [word, rarity[word] / length]);
  });
  const prng = new Prng('words');
  let basis = Float64Array.from({ length: kept.length * DIMENSION }, () => prng.gaussian());
  orthonormaliseColumns(basis, DIMENSION);
  for (let step = 0; step < STEPS; step++) {
    basis = gathered(rows, projected(rows, basis), kept.length);
    orthonormaliseColumns(basis, DIMENSION);
  }
  const all = projected(rows, basis);
  unitRows(all, DIMENSION);
  let from = 0;
  const vectors = texts.map(({ length }) => {
    const part = Float32Array.from(all.subarray(from, from + length * DIMENSION));
    from += length * DIMENSION;
    return part;
  });
  return { dimension: DIMENSION, vectors };
}

function projected(rows: readonly Row[], basis: Float64Array): Float64Array {
  const out = new Float64Array(rows.length * DIMENSION);
  rows.forEach((row, item) => {
    for (const [word, weight] of row) {
      for (let j = 0; j < DIMENSION; j++) out[item * DIMENSION + j] += weight * basis[word * DIMENSION + j];
    }
  });
  return out;
}

function gathered(rows: readonly Row[], ofItems: Float64Array, words: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(words * DIMENSION);
  rows.forEach((row, item) => {
    for (const [word, weight] of row) {
      for (let j = 0; j < DIMENSION; j++) out[word * DIMENSION + j] += weight * ofItems[item * DIMENSION + j];
    }
  });
  return out;
}

/** Scales every row to length 1; zeros stay zeros. */
export function unitRows(values: Float32Array | Float64Array, width: number): void {
  for (let base = 0; base < values.length; base += width) {
    let square = 0;
    for (let j = 0; j < width; j++) square += values[base + j] ** 2;
    const inverse = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = 0; j < width; j++) values[base + j] *= inverse;
  }
}
