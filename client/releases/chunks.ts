/**
 * What does not fit one letter, in several.
 * @module
 */
import { partsOf } from '../../core/federation/planned-release.ts';

/**
 * As many as a power of two, of even sizes: together they tell how many items there are to a factor of two at best. At
 * least one, possibly empty: a target that is answered with nothing knows that it is answered.
 * @param most in a chunk.
 */
export function evenChunks<Item>(items: readonly Item[], most: number): (readonly Item[])[] {
  const count = partsOf(items.length, most);
  return Array.from({ length: count }, (_, i) =>
    items.slice(Math.floor((i * items.length) / count), Math.floor(((i + 1) * items.length) / count)),
  );
}
