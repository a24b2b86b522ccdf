/**
 * The graph of platforms that share masks and secrets. A vertex is a position in U1 (0 to n - 1), not a cohort index.
 * @module
 */
import { canonicalBytes } from '../encoding/canonical-bytes.ts';
import { counterBlock } from '../crypto/engine.ts';
import type { CryptoEngine } from '../crypto/engine.ts';
import { hkdf } from '../crypto/hkdf.ts';
import type { GraphParameters } from './session.ts';

export interface Graph {
  readonly size: number;
  /** Positions that share a pairwise mask with v, ascending, without v. */
  readonly neighbours: (v: number) => readonly number[];
  /**
   * Positions that hold shares of v's secrets, ascending. On the complete graph v is one of them (Bonawitz et al. 2017);
   * on a sparse one it is not (Bell et al. 2020), because the rule that chose t counts neighbours.
   */
  readonly holders: (v: number) => readonly number[];
}

export function completeGraph(size: number): Graph {
  const all = Array.from({ length: size }, (_, i) => i);
  const known: (readonly number[] | undefined)[] = [];
  return {
    size,
    neighbours: (v) => (known[v] ??= all.filter((i) => i !== v)),
    holders: () => all,
  };
}

/**
 * The k-regular Harary graph: each vertex of a ring is joined with the k/2 before it and the k/2 after it.
 * @param order the position at each place of the ring: a permutation of 0 to n - 1.
 */
export function hararyGraph(order: readonly number[], degree: number): Graph {
  const size = order.length;
  if (degree >= size - 1) {
    const complete = completeGraph(size);
    return { size, neighbours: complete.neighbours, holders: complete.neighbours };
  }
  const place = new Uint32Array(size);
  order.forEach((position, at) => (place[position] = at));
  const known: (readonly number[] | undefined)[] = [];
  const around = (v: number): readonly number[] => {
    const found: number[] = [];
    for (let step = 1; step <= degree / 2; step++) {
      found.push(order[(place[v] + step) % size], order[(place[v] + size - step) % size]);
    }
    return found.sort((a, b) => a - b);
  };
  const neighbours = (v: number): readonly number[] => (known[v] ??= around(v));
  return { size, neighbours, holders: neighbours };
}

/**
 * A ring order that no party can choose. It sorts positions by a keystream whose key depends on the session id, which covers
 * all keys, and on every platform's beacon nonce. All platforms committed to their nonces before any platform opened one.
 */
export function ringOrder(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  nonces: Uint8Array,
  size: number,
): readonly number[] {
  const bytes = 16;
  const beacon = engine.sha256(nonces);
  const seed = hkdf(engine, sessionId, beacon, canonicalBytes('isthmus/ring-order', [size]));
  // Each position gets one keystream block of 128 bits. A tie has probability below 2^-90; then the positions decide.
  const keys: Uint8Array[] = [];
  const stream = engine.keystream(seed, counterBlock(0));
  for (let i = 0; i < size; i++) keys.push(stream.next(bytes).slice());
  return Array.from({ length: size }, (_, i) => i).sort((a, b) => compareBytes(keys[a], keys[b]) || a - b);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

export function graphOf(
  engine: CryptoEngine,
  parameters: GraphParameters,
  sessionId: Uint8Array,
  nonces: Uint8Array,
  size: number,
): Graph {
  if (parameters.kind === 'complete') return completeGraph(size);
  return hararyGraph(ringOrder(engine, sessionId, nonces, size), parameters.degree);
}
