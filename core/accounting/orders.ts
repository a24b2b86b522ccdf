/**
 * Rényi orders at which a curve is evaluated. Any order gives a valid bound; a denser list finds a tighter one.
 * @module
 */

/** The orders are dense near 1, where the best order for a large epsilon lies, and sparse far out, for a tiny epsilon. */
export const DEFAULT_ORDERS: readonly number[] = [
  ...range(1.01, 1.1, 0.01),
  ...range(1.1, 11, 0.1),
  ...range(11, 64, 1),
  80,
  96,
  128,
  160,
  192,
  256,
  384,
  512,
  768,
  1024,
  2048,
  4096,
  8192,
  16384,
  65536,
  262144,
  1048576,
];

/** start, start + step, ... below stop, without the drift of repeated addition. */
export function range(start: number, stop: number, step: number): number[] {
  const count = Math.round((stop - start) / step);
  return Array.from({ length: count }, (_, i) => Number((start + i * step).toPrecision(12)));
}
