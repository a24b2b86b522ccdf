/**
 * The factorisation of a platform's own domain, defined once for every strategy, decoder and baseline.
 * @module
 */
import type { AlsSettings } from '../factors/als-settings.ts';
import type { FactorStore } from '../factors/factor-memory.ts';
import { FactorMemory } from '../factors/factor-memory.ts';

export const factorSettings: AlsSettings = {
  dimension: 48,
  sweeps: 8,
  unseenWeight: 0.05,
  ridge: 2,
  ridgeExponent: 0,
};

/** A memory of the factors of one process. @param seed a public seed */
export function factorMemory(seed: string, store?: FactorStore): FactorMemory {
  return new FactorMemory(factorSettings, seed, store);
}
