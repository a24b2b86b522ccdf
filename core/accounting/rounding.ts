/**
 * Outward rounding. The closed forms and convergent series of this room are accurate to a few ulps, and a conversion multiplies
 * that error by the condition number of a logarithm. Raising every final answer by a relative 1e-12 more than covers the error,
 * and is far too little to matter for a budget.
 * @module
 */

/** Relative amount by which every reported epsilon and delta is raised. */
const OUTWARD_ROUNDING = 1e-12;

/** `value` >= 0, raised so that no error of rounding can make it too small. 0 stays 0. */
export function roundUp(value: number): number {
  return value === 0 ? 0 : value * (1 + OUTWARD_ROUNDING);
}
