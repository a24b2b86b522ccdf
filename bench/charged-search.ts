/**
 * Measures whether a charged search over the settings of a released encoder pays: one source, the view `subspace`, every total at
 * the same epsilon.
 *
 * - defaults: the whole epsilon for one release with the defaults;
 * - composition: each of the settings has its part of the budget, and the best is used;
 * - selection: repeat-and-select (core/accounting/repeat-and-select.ts) with a logarithmic number of trials of that mean;
 *   the mean over the draws of the number and of the settings;
 * - not charged: the best of the settings, each at the whole epsilon. It is no lawful release: no charged search can exceed it.
 *
 * Each is scored by what a source can see (rank of a person's hidden item among others, a noisy sum with 5 % of a trial's cost) and
 * by an oracle, the target's own quality on the cold persons, free of charge. Where the oracle does not beat the defaults, no
 * score can.
 */
import { leastSafe } from '../core/accounting/calibrate.ts';
import { composedEpsilon } from '../core/accounting/composition.ts';
import type { CountedEvent } from '../core/accounting/composition.ts';
import { negativeBinomialOf, repeatAndSelectEpsilon } from '../core/accounting/repeat-and-select.ts';
import type { History } from '../core/data/domain.ts';
import { historyOf } from '../core/data/select.ts';
import { clusteredGain } from '../core/evaluation/clustered-gain.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import { personQualities } from '../core/evaluation/per-person.ts';
import { Prng } from '../core/random/prng.ts';
import { subspace } from '../core/transfer/views/subspace.ts';
import { transferOf } from '../simulations/studies/transfer.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import type { Federated } from '../simulations/in-one-process.ts';
import type { Domain } from '../core/data/domain.ts';
import { settingNamed } from './strategies/settings.ts';
import { count, number, readOptions, realData, word } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures whether a charged search over the settings of a released encoder pays, every total at the same epsilon.',
    examples: ['ISTHMUS_DATA=DIR npm run bench:charged-search -- --setting food-kitchen --seeds 3 --trials 12'],
  },
  {
    data: realData('amazon/'),
    setting: word('SOURCE-TARGET', 'food-kitchen'),
    seeds: count('how many', 3),
    trials: count('settings that are tried', 12),
    epsilon: number('of everything together', 4),
  },
);
const DELTA = 1e-6;
const { epsilon: total, trials } = options;
/** Share of a trial's cost for its score. */
const SCORE_SHARE = 0.05;

const gaussian = (noiseMultiplier: number, count = 1): CountedEvent[] => [
  { event: { kind: 'gaussian', noiseMultiplier }, count },
];
const law = negativeBinomialOf(0, trials);
const calibrated = (costOf: (z: number) => number): number => {
  const found = leastSafe(costOf, total, 1, 1e-6);
  if (found === null) throw new RangeError('no noise is enough');
  return found.safe;
};
/** Noise multiplier of a whole trial, by the way in which trials are charged. */
const wholes = {
  composition: calibrated((z) => composedEpsilon(gaussian(z, trials), DELTA)),
  selection: calibrated((z) => repeatAndSelectEpsilon(gaussian(z), law, DELTA)),
};
const release = (z: number): number => composedEpsilon(gaussian(z / Math.sqrt(1 - SCORE_SHARE)), DELTA);
const epsilons = { full: total, composition: release(wholes.composition), selection: release(wholes.selection) };
console.log(
  `epsilon ${total} in all; of one trial's release: composition of ${trials} ${epsilons.composition.toFixed(3)}, selection of ${trials} in the mean ${epsilons.selection.toFixed(3)}`,
);

/** The defaults, then drawn ones. */
const drawn: Record<string, unknown>[] = [{}];
const prng = new Prng('charged search');
while (drawn.length < trials) {
  drawn.push(
    Object.fromEntries(
      Object.entries(subspace.draws ?? {}).map(([key, of]) => [`subspace.${key}`, of[prng.integer(of.length)]]),
    ),
  );
}

type Way = keyof typeof epsilons;
interface Trial {
  readonly proxy: number;
  readonly sums: readonly number[];
  readonly cold: number;
}
const ways = ['full', 'composition', 'selection'] as const;
const setting = await settingNamed(options.setting, options.data);
const seeds: {
  readonly counts: readonly number[];
  readonly persons: readonly string[];
  readonly trials: Record<Way, Trial[]>;
}[] = [];
for (let seed = 1; seed <= options.seeds; seed++) {
  const { negatives, sources, split } = setting(seed);
  const { factorise } = factorMemory(String(seed));
  const counts = split.cold.map(({ positives }) => positives.length);
  const measured: Record<Way, Trial[]> = { full: [], composition: [], selection: [] };
  for (const way of ways) {
    for (const [at, settings] of drawn.entries()) {
      const { federated, score } = await transferOf({
        sources,
        split,
        // Every trial has noise of its own, so a search may also choose a lucky draw.
        seed: `${seed}/${way}/${at}`,
        encoder: 'subspace',
        settings,
        epsilon: epsilons[way],
        factorise,
      });
      const evaluations = evaluateColdStart({
        scorer: (_, { person }) => score(person),
        cold: split.cold,
        items: split.target.catalogue.length,
        negatives,
        seed,
      });
      const kinds = personQualities('', evaluations);
      const sums = counts.map((_, p) => kinds.reduce((sum, kind) => sum + kind.sums[p] / kinds.length, 0));
      const noise = way === 'full' ? 0 : wholes[way] / Math.sqrt(SCORE_SHARE);
      const cold = total_(sums) / total_(counts);
      const proxy = sourceScore(federated, sources[0], seed, noise);
      measured[way].push({ proxy, sums, cold });
      console.error(
        `seed ${seed}, ${way}, ${JSON.stringify(settings)}: proxy ${proxy.toFixed(4)}, cold ${cold.toFixed(4)}`,
      );
    }
  }
  seeds.push({ counts, persons: split.cold.map(({ person }) => person), trials: measured });
}

for (const way of ways) {
  for (const scored of ['proxy', 'cold'] as const) {
    const name = `${way === 'full' ? 'not charged' : way}, scored by ${scored === 'cold' ? 'the oracle' : 'the source'}`;
    const gain = clusteredGain(
      [
        seeds.map(({ counts, persons, trials: of }) => {
          const base = of.full[0].sums;
          const published = expected(of[way], scored, way === 'selection');
          return { persons, counts, gains: published.map((sum, p) => sum - base[p]) };
        }),
      ],
      name,
    );
    console.log(
      `${name.padEnd(40)} ${signed(gain.mean)} [${signed(gain.low)}, ${signed(gain.high)}] over the defaults`,
    );
  }
  const correlation = seeds.map(({ trials: of }) => rankCorrelation(of[way]).toFixed(2)).join(', ');
  console.log(`${way}: rank correlation of the source's score and the target's quality, by seed: ${correlation}`);
}

/** Each cold person's quality with the published trial: the best, or the mean over draws of how many and which are tried. */
function expected(all: readonly Trial[], scored: 'proxy' | 'cold', random: boolean): readonly number[] {
  if (!random) return all.reduce((best, one) => (one[scored] > best[scored] ? one : best)).sums;
  const order = [...all].sort((a, b) => a[scored] - b[scored]);
  // The best of K draws with replacement is among the first i with probability E[(i / n)^K].
  const below = (i: number): number => Math.log1p((-(1 - law.gamma) * i) / order.length) / Math.log(law.gamma);
  return order[0].sums.map((_, p) => order.reduce((sum, one, i) => sum + (below(i + 1) - below(i)) * one.sums[p], 0));
}

/** Mean share of 50 items that a person's hidden item ranks above, over the source's persons, as a noisy sum. */
function sourceScore({ represent }: Federated, source: Domain, seed: number, noise: number): number {
  const draws = new Prng(`source score/${seed}`);
  const vectors = source.catalogue.map((_, item) => represent(source.name, { items: Uint32Array.of(item) }));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
  let sum = 0;
  for (let person = 0; person < source.persons.length; person++) {
    const history: History = historyOf(source, person);
    const hidden = history.items[draws.integer(history.items.length)];
    const rest = history.items.filter((item) => item !== hidden);
    const own = rest.length > 0 ? represent(source.name, { items: rest }) : undefined;
    const at = own && dot(own, vectors[hidden]);
    let above = 0;
    for (let draw = 0; draw < 50; draw++) {
      const other = draws.integer(vectors.length);
      if (own !== undefined && at !== undefined && at > dot(own, vectors[other])) above++;
    }
    sum += above / 50;
  }
  return (sum + noise * draws.gaussian()) / source.persons.length;
}

function rankCorrelation(all: readonly Trial[]): number {
  const ranks = (of: (one: Trial) => number): number[] =>
    all.map((one) => all.filter((other) => of(other) < of(one)).length);
  const [a, b] = [ranks(({ proxy }) => proxy), ranks(({ cold }) => cold)];
  const mean = (all.length - 1) / 2;
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + (value - mean) * (y[i] - mean), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

function total_(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}
