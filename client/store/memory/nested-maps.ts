/**
 * Maps in maps, and the order in which the stores list texts.
 * @module
 */
/** The inner map of a key; made where it is missing. */
export function entry<Key, Inner, Value>(outer: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = outer.get(key) ?? new Map<Inner, Value>();
  outer.set(key, known);
  return known;
}

/** By code units, as SQLite orders. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
