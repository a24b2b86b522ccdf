/**
 * Compares two messages byte for byte: a repeated message is harmless, a different one is an attack.
 * @module
 */
import { equalBytes } from '../encoding/canonical-bytes.ts';

export function sameMessage(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((member, i) => sameMessage(member, b[i]));
  }
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const left = Object.entries(a);
    const right = new Map<string, unknown>(Object.entries(b));
    return (
      left.length === right.size && left.every(([key, member]) => right.has(key) && sameMessage(member, right.get(key)))
    );
  }
  return a === b;
}
