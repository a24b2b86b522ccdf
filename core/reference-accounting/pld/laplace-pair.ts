/**
 * Laplace noise about 1, against noise about 0: l(x) = (|x| - |x - 1|) / scale, with an atom at each end.
 * @module
 */
import type { LossPair } from './loss-pair.ts';

export function laplacePair(scale: number): LossPair {
  const bound = 1 / scale;
  return {
    symmetric: true,
    tails(loss, out) {
      if (loss < -bound) {
        out.upperAbove = out.lowerAbove = 1;
        out.upperBelow = out.lowerBelow = 0;
      } else if (loss >= bound) {
        out.upperAbove = out.lowerAbove = 0;
        out.upperBelow = out.lowerBelow = 1;
      } else {
        const x = (loss * scale + 1) / 2;
        out.upperBelow = 0.5 * Math.exp((x - 1) / scale);
        out.upperAbove = 1 - out.upperBelow;
        out.lowerAbove = 0.5 * Math.exp(-x / scale);
        out.lowerBelow = 1 - out.lowerAbove;
      }
    },
    range: () => ({ lowest: -bound, highest: bound }),
  };
}
