/**
 * Pairs on countably many outputs: discrete noise on one integer, randomised response, and mechanisms of which only
 * (epsilon, delta)-DP is known.
 * @module
 */
import type { LossPair } from './loss-pair.ts';

/** The probabilities of one output, with the person and without. */
export type Atom = readonly [upper: number, lower: number];

/** Makes a pair from its atoms. It sums them from both ends, so that small tails keep their relative accuracy. */
export function atomicPair(atoms: readonly Atom[], symmetric: boolean): LossPair {
  const finite = atoms
    .filter(([upper, lower]) => upper > 0 && lower > 0)
    .map(([upper, lower]) => ({ loss: Math.log(upper / lower), upper, lower }))
    .sort((a, b) => a.loss - b.loss);
  const only = (which: 0 | 1): number =>
    atoms.reduce((sum, atom) => (atom[1 - which] === 0 ? sum + atom[which] : sum), 0);
  const n = finite.length;
  const losses = Float64Array.from(finite, (atom) => atom.loss);
  const above = [new Float64Array(n + 1).fill(only(0)), new Float64Array(n + 1)] as const;
  const below = [new Float64Array(n + 1), new Float64Array(n + 1).fill(only(1))] as const;
  for (let i = 0; i < n; i++) {
    below[0][i + 1] = below[0][i] + finite[i].upper;
    below[1][i + 1] = below[1][i] + finite[i].lower;
  }
  for (let i = n - 1; i >= 0; i--) {
    above[0][i] = above[0][i + 1] + finite[i].upper;
    above[1][i] = above[1][i + 1] + finite[i].lower;
  }
  return {
    symmetric,
    tails(loss, out) {
      let low = 0;
      let high = n;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (losses[middle] <= loss) low = middle + 1;
        else high = middle;
      }
      out.upperAbove = above[0][low];
      out.upperBelow = below[0][low];
      out.lowerAbove = above[1][low];
      out.lowerBelow = below[1][low];
    },
    range: () => (n === 0 ? { lowest: 0, highest: 0 } : { lowest: losses[0], highest: losses[n - 1] }),
  };
}

/** Integer noise with this mass function, symmetric about 0: shifted by `shift`, against unshifted. */
export function shiftedNoisePair(mass: (x: number) => number, reach: number, shift: number): LossPair {
  const atoms: Atom[] = [];
  for (let x = -reach; x <= reach + shift; x++) atoms.push([mass(x - shift), mass(x)]);
  return atomicPair(atoms, true);
}

/** The pair that dominates every (epsilon, delta)-DP mechanism (Kairouz, Oh and Viswanath 2015). */
export function approximatePair(epsilon: number, delta: number): LossPair {
  const truth = (1 - delta) / (1 + Math.exp(-epsilon));
  const lie = (1 - delta) / (1 + Math.exp(epsilon));
  return atomicPair(
    [
      [delta, 0],
      [truth, lie],
      [lie, truth],
      [0, delta],
    ],
    true,
  );
}
