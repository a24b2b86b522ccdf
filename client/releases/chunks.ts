/**
 * Splits a list that does not fit into one letter.
 * @module
 */
import { partsOf } from '../../core/federation/planned-release.ts';

/**
 * Splits items into chunks of even size. Their number is a power of two, so that it reveals the number of items only to
 * a factor of two. There is at least one chunk, possibly empty: the target then knows that its request was answered.
 * @param most largest number of items in a chunk.
 */
export function evenChunks<Item>(items: readonly Item[], most: number): (readonly Item[])[] {
  const count = partsOf(items.length, most);
  return Array.from({ length: count }, (_, i) =>
    items.slice(Math.floor((i * items.length) / count), Math.floor(((i + 1) * items.length) / count)),
  );
}
