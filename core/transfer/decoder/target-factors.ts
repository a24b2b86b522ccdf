/**
 * The factorisation of a platform's own domain, defined once for every strategy, decoder and baseline.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { RandomSource } from '../../random/source.ts';
import type { AlsSettings } from '../factors/als-settings.ts';
import type { AlsProgress, Factors } from '../factors/implicit-als.ts';
import { implicitAls } from '../factors/implicit-als.ts';

export const factorSettings: AlsSettings = {
  dimension: 48,
  sweeps: 8,
  unseenWeight: 0.05,
  ridge: 2,
  ridgeExponent: 0,
};

export function factoriseTarget(domain: Domain, random: RandomSource, progress: AlsProgress = {}): Factors {
  return implicitAls(domain, domain.catalogue.length, factorSettings, random, progress);
}
