/**
 * The interval of a mean paired gain over several settings, each measured on several cuts of the same persons. A person who
 * is in several cuts counts as one cluster. The bootstrap draws persons and cuts, each with replacement, and gives a value the
 * product of both weights (Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 2007): it covers another draw of
 * persons and another draw of cuts and noise, and is wider than either alone.
 * @module
 */
import { Prng } from '../random/prng.ts';
import type { Gain } from './gains.ts';
import { EvaluationError } from './errors.ts';

/** Paired differences of one cut. */
export interface CutGains {
  /** Ids of the scored persons. */
  readonly persons: readonly string[];
  /** The difference of each, summed over the person's positives. */
  readonly gains: ArrayLike<number>;
  /** Number of positives of each person; absent: one each. */
  readonly counts?: ArrayLike<number>;
}

/**
 * Mean over settings of the mean over positives of all persons and cuts, with its 95 % interval. `n` is the number of persons.
 * @param settings the cuts of each setting, for example of each market.
 * @throws EvaluationError EVALUATION_NO_POSITIVES
 */
export function clusteredGain(settings: readonly (readonly CutGains[])[], seed: string, draws = 1000): Gain {
  const tables = settings.map(tableOf);
  const n = tables.reduce((sum, { persons }) => sum + persons, 0);
  if (tables.length === 0 || tables.some(({ gains }) => gains.length === 0)) {
    throw new EvaluationError('EVALUATION_NO_POSITIVES', 'no person is left to take a mean over');
  }
  const prng = new Prng(`${seed}/pigeonhole`);
  const once = (): number =>
    average(
      tables.map((table) => {
        const ofPersons = drawn(table.persons, prng);
        const ofCuts = drawn(table.cuts, prng);
        let sum = 0;
        let weight = 0;
        for (let i = 0; i < table.gains.length; i++) {
          const w = ofPersons[table.person[i]] * ofCuts[table.cut[i]];
          sum += w * table.gains[i];
          weight += w * table.counts[i];
        }
        return weight > 0 ? sum / weight : 0;
      }),
    );
  const means = Float64Array.from({ length: draws }, once).sort();
  return {
    mean: average(tables.map(({ counts, gains }) => total(gains) / total(counts))),
    low: means[Math.floor(0.025 * draws)],
    high: means[Math.ceil(0.975 * draws) - 1],
    n,
  };
}

interface GainTable {
  readonly persons: number;
  readonly cuts: number;
  readonly person: Uint32Array;
  readonly cut: Uint32Array;
  readonly gains: Float64Array;
  readonly counts: Float64Array;
}

function tableOf(cuts: readonly CutGains[]): GainTable {
  const numbers = new Map<string, number>();
  const person: number[] = [];
  const cut: number[] = [];
  const gains: number[] = [];
  const counts: number[] = [];
  cuts.forEach(({ persons, gains: values, counts: positives }, c) => {
    persons.forEach((id, i) => {
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      person.push(number);
      cut.push(c);
      gains.push(values[i]);
      counts.push(positives?.[i] ?? 1);
    });
  });
  return {
    persons: numbers.size,
    cuts: cuts.length,
    person: Uint32Array.from(person),
    cut: Uint32Array.from(cut),
    gains: Float64Array.from(gains),
    counts: Float64Array.from(counts),
  };
}

function drawn(n: number, prng: Prng): Uint32Array {
  const weights = new Uint32Array(n);
  for (let i = 0; i < n; i++) weights[prng.integer(n)]++;
  return weights;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

const average = (values: ArrayLike<number>): number => total(values) / values.length;
