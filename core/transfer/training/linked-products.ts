/**
 * The sum behind a map between vocabularies (linked-map.ts). A linked person adds one outer product for each source whose
 * representation the target received, all of them together of length 1 or less. Nothing else of the person is in it:
 *
 *   S_s = Σ_u h_u ⊗ x_us / √k_u,   |h_u| = |x_us| = 1,
 *
 * where x_us is the representation from source s, k_u the number of sources, and h_u the history at the target over the
 * vocabulary. Row i of S_s is then a vector of item i among the representations of s.
 * @module
 */
import type { Places } from '../../data/vocabulary.ts';
import { historyOnVocabulary } from '../../data/vocabulary.ts';
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import { unit } from '../encoder/item-vectors.ts';
import { shrinkRows } from '../encoder/subspace-iteration.ts';
import type { SharedBlock } from '../encoder.ts';
import { TransferError } from '../errors.ts';
import type { LinkedPerson, PerLinkedPerson } from './linked-person.ts';

/**
 * Coordinate of the product of item i and number j within the block of a source: place of i x numbers + j. Nothing for a person
 * without a representation, or without an item of the vocabulary.
 * @param blocks of the map: [places of the vocabulary, numbers of a representation] for each source.
 * @param places of the target's items in the vocabulary.
 * @throws TransferError TRANSFER_SHAPE for a representation of another length.
 */
export function linkedProducts(blocks: readonly SharedBlock[], places: Places): PerLinkedPerson {
  const offsets = offsetsOf(blocks);
  return function* (batch) {
    for (const person of batch) yield productsOf(person);
  };

  function productsOf({ history, received }: LinkedPerson): WrittenContribution {
    const own = historyOnVocabulary(history.items, places).items;
    const known = blocks.flatMap(({ name, shape: [, dimension] }, s) => {
      const values = received.get(name)?.values;
      return values === undefined ? [] : [{ offset: offsets[s], numbers: unit(checked(values, name, dimension)) }];
    });
    const weight = 1 / Math.sqrt(own.length * known.length);
    const size = own.length * known.reduce((sum, { numbers }) => sum + numbers.length, 0);
    const indices = new Uint32Array(size);
    const products = new Float32Array(size);
    let at = 0;
    for (const { offset, numbers } of known) {
      for (const place of own) {
        for (let j = 0; j < numbers.length; j++, at++) {
          indices[at] = offset + place * numbers.length + j;
          products[at] = weight * numbers[j];
        }
      }
    }
    return { indices, values: products };
  }
}

function checked(values: Float32Array, source: string, dimension: number): Float32Array {
  if (values.length === dimension) return values;
  throw new TransferError(
    'TRANSFER_SHAPE',
    `a representation of "${source}" has ${values.length} numbers, and the sum is planned for ${dimension}`,
  );
}

/** Coordinate at which the block of each source begins. */
function offsetsOf(blocks: readonly SharedBlock[]): readonly number[] {
  let next = 0;
  return blocks.map(({ shape: [places, dimension] }) => {
    const offset = next;
    next += places * dimension;
    return offset;
  });
}

/** Vectors of a target's items among the representations of one source. */
export interface MappedItems {
  readonly dimension: number;
  readonly vectors: Float32Array /* [items, dimension] row-major; zeros outside of the vocabulary, or lost in the noise */;
}

/**
 * The rows of a map as item vectors of one target, by source. Rows near the noise are shrunk, and every row loses a power of its
 * length, because popular items have long ones.
 * @param power 0: the row as it is; 1: its direction alone.
 */
export function mappedItems(
  blocks: readonly SharedBlock[],
  map: Float32Array | Float64Array,
  {
    noiseDeviation,
    places,
    power,
  }: { readonly noiseDeviation: number; readonly places: Places; readonly power: number },
): ReadonlyMap<string, MappedItems> {
  const offsets = offsetsOf(blocks);
  return new Map(
    blocks.map(({ name, shape: [size, dimension] }, s) => {
      const rows = Float64Array.from(map.subarray(offsets[s], offsets[s] + size * dimension));
      shrinkRows(rows, dimension, noiseDeviation, 1);
      const vectors = new Float32Array(places.length * dimension);
      places.forEach((place, item) => {
        if (place < 0) return;
        const row = rows.subarray(place * dimension, (place + 1) * dimension);
        const length = Math.hypot(...row);
        if (length === 0) return;
        for (let j = 0; j < dimension; j++) vectors[item * dimension + j] = row[j] * length ** -power;
      });
      return [name, { dimension, vectors }];
    }),
  );
}
