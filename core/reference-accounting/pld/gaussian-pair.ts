/**
 * N(mu, 1) against N(0, 1), mu = 1 / noise multiplier: l(x) = mu x - mu^2 / 2.
 * @module
 */
import { normalTail, normalTailQuantile } from '../../accounting/special/normal.ts';
import type { LossPair, LossTails } from './loss-pair.ts';

export function gaussianPair(noiseMultiplier: number): LossPair {
  const mu = 1 / noiseMultiplier;
  return {
    symmetric: true,
    tails(loss, out) {
      const x = loss / mu + mu / 2;
      normalTails(x - mu, out, 'upper');
      normalTails(x, out, 'lower');
    },
    range(tail) {
      const reach = normalTailQuantile(Math.log(tail));
      return { lowest: -mu * reach - (mu * mu) / 2, highest: mu * reach + (mu * mu) / 2 };
    },
  };
}

/** Writes both tails of N(0, 1) at z into `out`, the smaller one with full relative accuracy. */
function normalTails(z: number, out: LossTails, which: 'upper' | 'lower'): void {
  const small = normalTail(Math.abs(z));
  const above = z >= 0 ? small : 1 - small;
  const below = z >= 0 ? 1 - small : small;
  if (which === 'upper') {
    out.upperAbove = above;
    out.upperBelow = below;
  } else {
    out.lowerAbove = above;
    out.lowerBelow = below;
  }
}
