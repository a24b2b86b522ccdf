/**
 * Probability mass functions of integer noises, exact to double precision, for the pairs on one integer.
 * @module
 */

/** A symmetric mass function. It is zero beyond `reach`: the mass left out there is below 1e-40. */
export interface NoiseMass {
  readonly reach: number;
  readonly mass: (x: number) => number;
}

/** exp(-x^2 / (2 sigma^2)) / normalisation, optionally truncated to [-truncation, truncation]. */
export function discreteGaussianMass(sigma: number, truncation = Infinity): NoiseMass {
  const reach = Math.min(truncation, Math.ceil(13.6 * sigma) + 1);
  return symmetricMass(reach, (x) => (-x * x) / (2 * sigma * sigma));
}

/** The mass function proportional to exp(-decay |x|). */
export function discreteLaplaceMass(decay: number): NoiseMass {
  const norm = Math.tanh(decay / 2);
  const reach = Math.ceil(95 / decay);
  return { reach, mass: (x) => (Math.abs(x) > reach ? 0 : norm * Math.exp(-decay * Math.abs(x))) };
}

/**
 * The mass function of the difference of two Poisson(v / 2) variables: exp(-v) I_|x|(v), where v is the variance. Miller's
 * backward recurrence I_{k-1} = I_{k+1} + (2 k / v) I_k gives the values, and their sum normalises them.
 */
export function skellamMass(variance: number): NoiseMass {
  const reach = Math.ceil(14 * Math.sqrt(variance) + 60);
  const start = 2 * reach + 60;
  const values = new Float64Array(start + 2);
  values[start] = 1e-290;
  for (let k = start; k > 0; k--) {
    values[k - 1] = values[k + 1] + ((2 * k) / variance) * values[k];
    if (values[k - 1] > 1e250) for (let i = k - 1; i <= start; i++) values[i] *= 1e-250;
  }
  let sum = 0;
  for (let k = start; k > 0; k--) sum += 2 * values[k];
  sum += values[0];
  return { reach, mass: (x) => (Math.abs(x) > reach ? 0 : values[Math.abs(x)] / sum) };
}

function symmetricMass(reach: number, logWeight: (x: number) => number): NoiseMass {
  let sum = 0;
  for (let x = reach; x > 0; x--) sum += 2 * Math.exp(logWeight(x));
  sum += Math.exp(logWeight(0));
  return { reach, mass: (x) => (Math.abs(x) > reach ? 0 : Math.exp(logWeight(x)) / sum) };
}
