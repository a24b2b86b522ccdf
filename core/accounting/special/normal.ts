/**
 * Tails of the normal distribution, with a relative error below 1e-14 wherever they are above the smallest double.
 *
 * Everything rests on erfcx(x) = exp(x^2) erfc(x), from the Chebyshev expansion of (1 + 2x) erfcx(x) in
 * t = (x - 3.75) / (x + 3.75) over x >= 0 (Shepherd and Laframboise 1981). The coefficients below were computed to 50 digits for
 * this module; those below 1e-19 are left out.
 * @module
 */

const ERFCX = [
  2.355157869134803508161 / 2,
  -0.004590054580646477330853,
  -0.08424913336651791558351,
  0.05920993999819189049808,
  -0.02665866843530575227739,
  0.009074997670705265093879,
  -0.002413163540417608190943,
  0.0004907758365258086322859,
  -0.00006916973302501206367096,
  0.000004139027986073010167534,
  7.740383066198490668633e-7,
  -2.188640104923439566149e-7,
  1.076499946567091037714e-8,
  4.521959811218286897931e-9,
  -7.754400208831351106474e-10,
  -6.318088340886684494385e-11,
  2.868795010930669898142e-11,
  1.945586854577734722953e-13,
  -9.654696748433438905851e-13,
  3.252548148148739841542e-14,
  3.347811948286805387827e-14,
  -1.864562880419313101544e-15,
  -1.250795053068864708532e-15,
  7.418235256624043463048e-17,
  5.068148904796111316807e-17,
  -2.237056659435999597369e-18,
  -2.187342944303017664995e-18,
] as const;

/** exp(x^2) erfc(x) for x >= 0. */
export function erfcx(x: number): number {
  if (x === Infinity) return 0;
  const t = (x - 3.75) / (x + 3.75);
  const twice = 2 * t;
  let ahead = 0;
  let here = 0;
  for (let n = ERFCX.length - 1; n > 0; n--) {
    const next = twice * here - ahead + ERFCX[n];
    ahead = here;
    here = next;
  }
  return (t * here - ahead + ERFCX[0]) / (1 + 2 * x);
}

/** exp(-scale z^2) for z >= 0. z^2 is split in two, so that the error of rounding does not grow with z. */
function squareKernel(z: number, scale: number): number {
  if (z > 40) return 0;
  const head = Math.trunc(z * 16) / 16;
  return Math.exp(-scale * head * head) * Math.exp(-scale * (z - head) * (z + head));
}

/** Complementary error function. */
export function erfc(x: number): number {
  return x < 0 ? 2 - erfc(-x) : squareKernel(x, 1) * erfcx(x);
}

/** P[N(0, 1) > z]. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return 0.5 * squareKernel(z, 0.5) * erfcx(z * Math.SQRT1_2);
}

/** log P[N(0, 1) > z], finite far beyond where the tail itself underflows. */
export function logNormalTail(z: number): number {
  if (z < -1) return Math.log1p(-normalTail(-z));
  if (z < 0) return Math.log(normalTail(z));
  return -0.5 * z * z + Math.log(0.5 * erfcx(z * Math.SQRT1_2));
}

/** Density of N(0, 1). */
export function normalDensity(z: number): number {
  return squareKernel(Math.abs(z), 0.5) * 0.39894228040143267794;
}

/** Mills ratio P[N(0, 1) > z] / density(z). For z >= 0 it is computed without an exponential. */
export function millsRatio(z: number): number {
  if (z < 0) return normalTail(z) / normalDensity(z);
  return 1.25331413731550025121 * erfcx(z * Math.SQRT1_2);
}

/**
 * The z with P[N(0, 1) > z] = exp(`logTail`), by Newton's method on the logarithm of the tail. The logarithm is concave, so that
 * the method converges from every start.
 */
export function normalTailQuantile(logTail: number): number {
  if (logTail >= 0) return -Infinity;
  if (logTail === -Infinity) return Infinity;
  if (logTail > -Math.LN2) return -normalTailQuantile(Math.log(-Math.expm1(logTail)));
  let z = Math.sqrt(Math.max(0, -2 * (logTail + Math.LN2)));
  for (let i = 0; i < 60; i++) {
    const step = (logNormalTail(z) - logTail) * millsRatio(z);
    z += step;
    if (Math.abs(step) <= 1e-15 * Math.abs(z)) break;
  }
  return z;
}
