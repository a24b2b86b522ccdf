/**
 * Factors of domains, each made once: a decoder, an encoder and the baselines that stand beside them all factorise the same
 * domain, and several processes of a simulation do so one after the other.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Domain } from '../../data/domain.ts';
import { seededRandom } from '../../random/seeded.ts';
import type { AlsSettings } from './als-settings.ts';
import type { AlsProgress, Factors } from './implicit-als.ts';
import { factorsOf, implicitAls } from './implicit-als.ts';

/** The factors of a domain, or of a part of its persons. @param changes of the usual settings; absent: none */
export type Factorise = (domain: Domain, progress?: AlsProgress, changes?: Partial<AlsSettings>) => Factors;

export type KeptFactors = Pick<Factors, 'items' | 'persons'>;

/** Storage in which factors outlive a process. */
export interface FactorStore {
  /**
   * Returns the stored factors of `key`. If there are none, it makes and stores them. Of several callers at once, one
   * makes them.
   * @param key hexadecimal hash of everything that determines the factors.
   * @param persons number of rows in `persons` of the stored factors.
   */
  through(key: string, persons: number, make: () => KeptFactors): KeptFactors;
}

/** Domains whose factors are held: the whole, its part without held-out persons, sources. */
const MOST_HELD = 4;

export class FactorMemory {
  readonly #settings: AlsSettings;
  readonly #seed: string;
  readonly #store: FactorStore | undefined;
  /** Factors by key, the latest used last. */
  readonly #held = new Map<string, Factors>();
  #made = 0;

  /** @param seed public, of the starting values: the same domain under the same seed has the same factors. */
  constructor(settings: AlsSettings, seed: string, store?: FactorStore) {
    this.#settings = settings;
    this.#seed = seed;
    this.#store = store;
  }

  /** Number of factorisations that were computed here, not found in memory or in the store. */
  get made(): number {
    return this.#made;
  }

  /** @throws TransferError as {@link implicitAls}. */
  readonly factorise: Factorise = (domain, progress, changes) => {
    const settings = { ...this.#settings, ...changes };
    const key = this.#keyOf(domain, settings);
    const factors = this.#held.get(key) ?? this.#find(key, domain, settings, progress);
    this.#held.delete(key);
    this.#held.set(key, factors);
    if (this.#held.size > MOST_HELD) for (const oldest of [...this.#held.keys()].slice(0, 1)) this.#held.delete(oldest);
    return factors;
  };

  #find(key: string, domain: Domain, settings: AlsSettings, progress?: AlsProgress): Factors {
    const make = (): Factors => {
      this.#made += 1;
      const random = seededRandom(`${this.#seed}/factors`);
      return implicitAls(domain, domain.catalogue.length, settings, random, progress);
    };
    if (this.#store === undefined) return make();
    const persons = domain.persons.length * settings.dimension;
    const kept = this.#store.through(key, persons, make);
    return factorsOf(kept.persons, kept.items, settings);
  }

  /** The key covers only the interactions, because persons may have their own names or pseudonyms. */
  #keyOf({ catalogue, items, offsets }: Domain, settings: AlsSettings): string {
    const hash = createHash('sha256').update(JSON.stringify([settings, this.#seed, catalogue.length]));
    for (const words of [offsets, items]) {
      hash.update(`${words.length};`).update(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    }
    return hash.digest('hex');
  }
}
