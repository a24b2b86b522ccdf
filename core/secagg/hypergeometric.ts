/**
 * Tails of the hypergeometric distribution. X is the number of marked items among `draws` items, which are drawn without
 * replacement from `population` items, `marked` of them marked.
 * @module
 */

/** log(0!) to log(n!). */
export function logFactorials(n: number): Float64Array {
  const table = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) table[i] = table[i - 1] + Math.log(i);
  return table;
}

export interface Hypergeometric {
  readonly population: number;
  readonly marked: number;
  readonly draws: number;
  /** Table from log(0!) to at least log(population!). */
  readonly logFactorial: Float64Array;
}

function support({ population, marked, draws }: Hypergeometric): readonly [least: number, most: number] {
  return [Math.max(0, marked + draws - population), Math.min(marked, draws)];
}

function logProbability(h: Hypergeometric, value: number): number {
  const f = h.logFactorial;
  const choose = (n: number, k: number): number => f[n] - f[k] - f[n - k];
  const rest = h.population - h.marked;
  return choose(h.marked, value) + choose(rest, h.draws - value) - choose(h.population, h.draws);
}

/** Nats. Terms whose log is this far below the log of the tail cannot change it: there are fewer than e^30 of them. */
const NEGLIGIBLE = 60;

function mode({ population, marked, draws }: Hypergeometric): number {
  return Math.floor(((draws + 1) * (marked + 1)) / (population + 2));
}

/**
 * Bisects between `inside`, the value whose term matters, and `outside` for the last value whose term matters. Terms fall
 * from the mode outwards.
 */
function edge(h: Hypergeometric, inside: number, outside: number, tail: number): number {
  const matters = (value: number): boolean => logProbability(h, value) >= Math.log(tail) - NEGLIGIBLE;
  let near = inside;
  let far = outside;
  while (Math.abs(far - near) > 1) {
    const middle = Math.trunc((near + far) / 2);
    if (matters(middle)) near = middle;
    else far = middle;
  }
  return matters(far) ? far : near;
}

/** The least t with P[X > t] <= tail. */
export function upperQuantile(h: Hypergeometric, tail: number): number {
  const [least, most] = support(h);
  let above = 0;
  for (let value = edge(h, Math.min(mode(h), most), most, tail); value > least; value--) {
    above += Math.exp(logProbability(h, value));
    if (above > tail) return value;
  }
  return least;
}

/** The greatest t with P[X <= t] <= tail; one below the support if no value of the support satisfies it. */
export function lowerQuantile(h: Hypergeometric, tail: number): number {
  const [least, most] = support(h);
  let below = 0;
  for (let value = edge(h, Math.max(mode(h), least), least, tail); value <= most; value++) {
    below += Math.exp(logProbability(h, value));
    if (below > tail) return value - 1;
  }
  return most;
}
