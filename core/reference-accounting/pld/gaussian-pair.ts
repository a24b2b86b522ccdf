/**
 * N(mu, 1) against N(0, 1), mu = 1 / noise multiplier: l(x) = mu x - mu^2 / 2.
 * @module
 */
import { normalTail, normalTailQuantile } from '../../accounting/special/normal.ts';
import type { LossCells, LossPair, LossTails } from './loss-pair.ts';

export function gaussianPair(noiseMultiplier: number): LossPair {
  const mu = 1 / noiseMultiplier;
  return {
    symmetric: true,
    tails(loss, out) {
      const x = loss / mu + mu / 2;
      normalTails(x - mu, out, 'upper');
      normalTails(x, out, 'lower');
    },
    cells: (losses) => gaussianCells(losses, mu),
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

/** Relative half width of a cell up to which three terms of its series have an error below 2e-14. */
const NARROW = 0.02;

/** Probabilities of both distributions between neighbouring losses: integrals of the density, or differences of tails. */
function gaussianCells(losses: Float64Array, mu: number): LossCells {
  const upper = new Float64Array(losses.length);
  const lower = new Float64Array(losses.length);
  let before = losses[0] / mu + mu / 2;
  for (let i = 1; i < losses.length; i++) {
    const x = losses[i] / mu + mu / 2;
    const half = (x - before) / 2;
    const middle = (x + before) / 2;
    if ((Math.abs(middle) + mu + 1) * half < NARROW) {
      lower[i] = narrowCell(middle, half);
      upper[i] = narrowCell(middle - mu, half);
    } else {
      lower[i] = between(before, x);
      upper[i] = between(before - mu, x - mu);
    }
    before = x;
  }
  return { upper, lower };
}

/** The integral of the normal density from m - h to m + h, by its Taylor series: the sum of He_2k(m) h^2k / (2k + 1)!. */
function narrowCell(m: number, h: number): number {
  const square = m * m;
  const width = h * h;
  const series = 1 + (width / 6) * (square - 1 + (width / 20) * ((square - 6) * square + 3));
  return 2 * h * 0.39894228040143267794 * Math.exp(-square / 2) * series;
}

/** P[from < N(0, 1) <= to], in the smaller tail, where the difference keeps its relative accuracy. */
function between(from: number, to: number): number {
  return Math.max(0, from > 0 ? normalTail(from) - normalTail(to) : normalTail(-to) - normalTail(-from));
}
