/**
 * Outward rounding. Closed forms and convergent series here are good to a few ulps; conversions multiply that by the
 * conditioning of a logarithm. Raising every final answer by a relative 1e-12 covers it with room to spare, and is far
 * below anything that a budget can notice.
 * @module
 */

/** Relative amount by which every reported epsilon and delta is raised. */
const OUTWARD_ROUNDING = 1e-12;

/** The next safe value above `value` >= 0. */
export function roundUp(value: number): number {
  return value === 0 ? 0 : value * (1 + OUTWARD_ROUNDING);
}
