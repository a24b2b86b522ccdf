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

/** Significant digits, trailing zeros dropped. Reads back as at most `value`, which is positive: for noise that there is. */
export function downward(value: number, significant = 4): string {
  return String(-atLeast(-value, (-value).toPrecision(significant)));
}

/** @param nearest decimal text next to `value`, in positional or exponent notation. */
function atLeast(value: number, nearest: string): number {
  if (!Number.isFinite(value) || Number(nearest) >= value) return Number(nearest);
  const [mantissa, exponent = '0'] = nearest.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  // In integers: a step in floating point could land beside the decimal.
  return Number(`${BigInt(whole + fraction) + 1n}e${Number(exponent) - fraction.length}`);
}
