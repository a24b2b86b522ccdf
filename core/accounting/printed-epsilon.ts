/**
 * Privacy figures as printed: epsilons rounded upward and noise downward, so that no reader is told of more privacy than was
 * computed.
 * @module
 */

/** Significant digits, trailing zeros dropped. Reads back as at least `value`; as the same where so many digits say it. */
export function upward(value: number, significant = 4): string {
  return String(atLeast(value, value.toPrecision(significant)));
}

/** So many decimals, for columns. */
export function upwardFixed(value: number, decimals = 4): string {
  return atLeast(value, value.toFixed(decimals)).toFixed(decimals);
}

/** Significant digits, trailing zeros dropped. Reads back as at most `value`, which is nowhere negative: for noise that there is. */
export function downward(value: number, significant = 4): string {
  const nearest = value.toPrecision(significant);
  return String(!Number.isFinite(value) || Number(nearest) <= value ? Number(nearest) : step(nearest, -1n));
}

/** @param nearest decimal text next to `value`, in positional or exponent notation. */
function atLeast(value: number, nearest: string): number {
  return !Number.isFinite(value) || Number(nearest) >= value ? Number(nearest) : step(nearest, 1n);
}

/** One unit of the last digit further. In integers: a step in floating point could land beside the decimal. */
function step(decimal: string, by: bigint): number {
  const [mantissa, exponent = '0'] = decimal.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  // Below a power of ten the last digit is a tenth of what it is above.
  const finer = by < 0n && /^0*10*$/.test(digits) ? 1 : 0;
  return Number(`${BigInt(digits + '0'.repeat(finer)) + by}e${Number(exponent) - fraction.length - finer}`);
}
