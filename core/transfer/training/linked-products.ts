/**
 * The sum behind a map between vocabularies. The map takes a source's representation of a person to the items that the targets
 * have in common. A linked person adds one outer product, of length 1 or less, so nothing else of the person is in it:
 *
 *   S = Σ_u h_u ⊗ x_u,   |h_u| = |x_u| = 1,
 *
 * where x_u is the received representation and h_u the history at the target over the vocabulary. A target without linked persons
 * scores item i for a person with the numbers x by S_i · x. `npm run bench:bridge` measures it (docs/federation.md); no agent
 * makes such sums, so no consent covers them.
 * @module
 */
import type { Places } from '../../data/vocabulary.ts';
import { historyOnVocabulary } from '../../data/vocabulary.ts';
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import { unit } from '../encoder/item-vectors.ts';
import { shrinkRows } from '../encoder/subspace-iteration.ts';
import { TransferError } from '../errors.ts';
import type { PerLinkedPerson } from './linked-person.ts';

export interface LinkedProducts {
  /** Source of the representations. */
  readonly source: string;
  /** Length of its representations. */
  readonly dimension: number;
  /** Places of the target's items in the vocabulary. */
  readonly places: Places;
}

/**
 * Coordinate place x dimension + number. Nothing for a person without a representation, or without an item of the vocabulary.
 * @throws TransferError TRANSFER_SHAPE for a representation of another length.
 */
export function linkedProducts({ source, dimension, places }: LinkedProducts): PerLinkedPerson {
  return function* (batch) {
    for (const { received, history } of batch) yield productOf(received.get(source)?.values, history.items);
  };

  function productOf(values: Float32Array | undefined, items: Uint32Array): WrittenContribution {
    if (values === undefined) return { indices: new Uint32Array(0), values: new Float32Array(0) };
    if (values.length !== dimension) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `a representation of "${source}" has ${values.length} numbers, and the sum is planned for ${dimension}`,
      );
    }
    const numbers = unit(values);
    const own = historyOnVocabulary(items, places).items;
    const weight = 1 / Math.sqrt(own.length);
    const indices = new Uint32Array(own.length * dimension);
    const products = new Float32Array(indices.length);
    for (let i = 0, at = 0; i < own.length; i++) {
      for (let j = 0; j < dimension; j++, at++) {
        indices[at] = own[i] * dimension + j;
        products[at] = weight * numbers[j];
      }
    }
    return { indices, values: products };
  }
}

/**
 * The rows of an opened sum as item vectors of one target. Rows near the noise are shrunk, and every row loses a power of its length,
 * because popular items have long ones.
 * @param power 0: the row as it is; 1: its direction alone.
 */
export function bridgedItems(
  sum: Float64Array,
  { dimension, places }: LinkedProducts,
  noiseDeviation: number,
  power: number,
): Float32Array /* [items, dimension] row-major */ {
  const kept = sum.slice();
  shrinkRows(kept, dimension, noiseDeviation, 1);
  const items = new Float32Array(places.length * dimension);
  places.forEach((place, item) => {
    if (place < 0) return;
    const row = kept.subarray(place * dimension, (place + 1) * dimension);
    const length = Math.hypot(...row);
    if (length === 0) return;
    for (let j = 0; j < dimension; j++) items[item * dimension + j] = row[j] * length ** -power;
  });
  return items;
}
