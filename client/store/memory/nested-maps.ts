/**
 * Maps in maps, and the order in which the stores list texts.
 * @module
 */
/** The inner map of a key, made if it is missing. */
export function entry<Key, Inner, Value>(outer: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = outer.get(key) ?? new Map<Inner, Value>();
  outer.set(key, known);
  return known;
}

/** Compares by code units, as SQLite does. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
