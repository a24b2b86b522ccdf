/**
 * The regularised incomplete beta function, and binomial tails, which follow from it.
 * @module
 */
import { stirlingRemainder } from './gamma.ts';

/** I_x(a, b) for a, b > 0 and x in [0, 1], by Lentz's evaluation of the continued fraction (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  // x^a (1 - x)^b / (a B(a, b)) by Stirling's formula. Its large parts are combined into logarithms near 0, which stay accurate.
  const sum = a + b;
  const front = Math.exp(
    a * Math.log((x * sum) / a) +
      b * Math.log(((1 - x) * sum) / b) +
      0.5 * Math.log(b / (a * sum)) -
      0.91893853320467274178 +
      stirlingRemainder(sum) -
      stirlingRemainder(a) -
      stirlingRemainder(b),
  );
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d, tiny);
    c = nonzero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d, tiny);
    c = nonzero(1 + odd / c, tiny);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** P[Binomial(n, p) >= k]. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, k, n - k + 1);
}

function nonzero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
