/**
 * Poisson sampling of a pair: (1 - q) lower + q upper against lower, with loss l' = log(1 - q + q exp(l)). The result dominates
 * the sampled mechanism under add-or-remove-one if the pair dominates the mechanism (Zhu, Dong and Wang 2022, Theorem 11).
 * @module
 */
import { newTails } from './loss-pair.ts';
import type { LossCells, LossPair } from './loss-pair.ts';

export function subsampledPair(base: LossPair, rate: number): LossPair {
  if (rate === 1) return base;
  const rest = 1 - rate;
  const floor = Math.log1p(-rate);
  // Outputs that only the lower distribution has are at the floor after sampling.
  const apart = newTails();
  base.tails(-Infinity, apart);
  const { cells } = base;
  // exp(l) = 1 + (exp(l') - 1) / q. At the floor itself, only outputs with l = -Infinity count as below.
  const before = (loss: number): number => Math.log1p(Math.max(-1, Math.expm1(loss) / rate));
  return {
    symmetric: false,
    tails(loss, out) {
      if (loss < floor) {
        out.upperAbove = out.lowerAbove = 1;
        out.upperBelow = out.lowerBelow = 0;
        return;
      }
      base.tails(before(loss), out);
      out.upperAbove = rest * out.lowerAbove + rate * out.upperAbove;
      out.upperBelow = rest * out.lowerBelow + rate * out.upperBelow;
    },
    ...(cells !== undefined && {
      cells: (losses: Float64Array): LossCells => {
        const { upper, lower } = cells(losses.map(before));
        for (let i = 0; i < upper.length; i++) upper[i] = rest * lower[i] + rate * upper[i];
        return { upper, lower };
      },
    }),
    range(tail) {
      const { lowest, highest } = base.range(tail);
      return {
        lowest: apart.lowerBelow > 0 ? floor : Math.log1p(rate * Math.expm1(lowest)),
        highest: sampledLoss(highest, rate),
      };
    },
  };
}

/** log(1 - q + q exp(l)) without overflow. */
function sampledLoss(loss: number, rate: number): number {
  return loss > 30
    ? loss + Math.log(rate) + Math.log1p(((1 - rate) / rate) * Math.exp(-loss))
    : Math.log1p(rate * Math.expm1(loss));
}
