/**
 * Prints privacy figures: epsilons are rounded upward and noise downward, so that a figure never shows more privacy than was
 * computed.
 * @module
 */

/**
 * `value` with this many significant digits, rounded up, without trailing zeros. The text reads back as at least `value`, and
 * as exactly `value` if this many digits express it.
 */
export function upward(value: number, significant = 4): string {
  return String(atLeast(value, value.toPrecision(significant)));
}

/** `value` with this many decimals, rounded up, for columns. */
export function upwardFixed(value: number, decimals = 4): string {
  return atLeast(value, value.toFixed(decimals)).toFixed(decimals);
}

/**
 * `value` >= 0 with this many significant digits, rounded down, without trailing zeros. For amounts of noise. The text reads
 * back as at most `value`.
 */
export function downward(value: number, significant = 4): string {
  const nearest = value.toPrecision(significant);
  return String(!Number.isFinite(value) || Number(nearest) <= value ? Number(nearest) : step(nearest, -1n));
}

/** @param nearest decimal text next to `value`, in positional or exponent notation. */
function atLeast(value: number, nearest: string): number {
  return !Number.isFinite(value) || Number(nearest) >= value ? Number(nearest) : step(nearest, 1n);
}

/** Moves a decimal by one unit of its last digit. It computes in integers: a floating-point step could miss the decimal. */
function step(decimal: string, by: bigint): number {
  const [mantissa, exponent = '0'] = decimal.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  // Just below a power of ten, one unit of the last significant digit is a tenth of the unit above it.
  const finer = by < 0n && /^0*10*$/.test(digits) ? 1 : 0;
  return Number(`${BigInt(digits + '0'.repeat(finer)) + by}e${Number(exponent) - fraction.length - finer}`);
}
