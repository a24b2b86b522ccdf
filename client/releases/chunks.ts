/**
 * What does not fit one letter, in several.
 * @module
 */
/** At least one, possibly empty: a target that is answered with nothing knows that it is answered. */
export function chunks<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const count = Math.max(1, Math.ceil(items.length / size));
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
