/**
 * Facts about a session that follow from public bytes alone, and cost each platform time in proportion to the whole cohort.
 *
 * Platforms that run in one process share them: each fact is named by a hash of everything that it follows from, so whoever computed
 * it found what this platform would find. No secret and no signature is among them.
 * @module
 */
import { toHex } from '../../encoding/canonical-bytes.ts';

/** Facts that are remembered: those of one session. */
const MOST_FACTS = 4;

export class PublicFacts {
  readonly #known = new Map<string, unknown>();

  /**
   * @param what names the function; @param inputs hashes of everything that `compute` reads.
   * @throws the error of `compute`, each time again.
   */
  of<T>(what: string, inputs: readonly Uint8Array[], compute: () => T): T {
    const name = [what, ...inputs.map(toHex)].join(' ');
    if (this.#known.has(name)) return this.#known.get(name) as T;
    const fact = compute();
    this.#known.set(name, fact);
    for (const [oldest] of [...this.#known].slice(0, -MOST_FACTS)) this.#known.delete(oldest);
    return fact;
  }
}
