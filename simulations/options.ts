/**
 * What to simulate: checked before anything is made or started.
 * @module
 */
import { strategies, strategyNamed } from '../core/transfer/registry.ts';
import { SimulationError } from './errors.ts';
import { DEFAULT_SYNTHETIC_WORLD } from './worlds/synthetic.ts';

export type ProtocolName = 'sampled' | 'full' | 'published:game-video';

export interface SimulationOptions {
  /** Folder of `<platform>.tsv` files (or of the published split); null for the synthetic world. */
  readonly data: string | null;
  /** Who trains. Empty: all of the world. */
  readonly platforms: readonly string[];
  /** Who releases. Empty: all but the target. */
  readonly sources: readonly string[];
  /** Who receives; null for the last platform. */
  readonly target: string | null;
  readonly strategies: readonly string[];
  /** Settings of the strategy, where there is one. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly protocol: ProtocolName;
  /** Negatives a positive is ranked among, with `sampled`. */
  readonly negatives: number;
  readonly seeds: number;
  /** First seed; the others count on from it. */
  readonly seed: number;
  /** Total epsilons of everything trained, one run each. */
  readonly epsilons: readonly number[];
  readonly delta: number;
  readonly rounds: number;
  readonly releases: readonly ('raw' | 'ldp' | 'cohort' | 'none')[];
  readonly epsilon0s: readonly number[];
  /** Also (or only, with no epsilons) run without noise. */
  readonly noPrivacy: boolean;
  readonly overlap: number;
  readonly colluding: number;
  /** Losses that a sum survives; null: what a manifest that names none plans for. */
  readonly dropouts: number | null;
  /** Share of persons drawn for a round, where the strategy has rounds and noise; null: everybody. */
  readonly sampling: number | null;
  /** Quantile that the clip of a round follows; null: the strategy's own clip. */
  readonly clipQuantile: number | null;
  readonly inProcess: boolean;
  /** Where runs are kept. */
  readonly out: string;
  /** The synthetic world's size. */
  readonly persons: number;
  readonly items: number;
  /** Share of a synthetic platform's persons who are on all of them. */
  readonly worldOverlap: number;
  /** Mean interactions of a person on a synthetic platform. */
  readonly meanHistory: number;
}

export const DEFAULT_OPTIONS: SimulationOptions = {
  data: null,
  platforms: [],
  sources: [],
  target: null,
  strategies: ['linear-bridge', 'private-subspace', 'shared-trunk'],
  settings: {},
  protocol: 'sampled',
  negatives: 99,
  seeds: 1,
  seed: 1,
  epsilons: [4],
  delta: 1e-6,
  rounds: 5,
  releases: ['raw'],
  epsilon0s: [4],
  noPrivacy: false,
  overlap: 1,
  colluding: 0,
  dropouts: null,
  sampling: null,
  clipQuantile: null,
  inProcess: false,
  out: 'runs',
  persons: DEFAULT_SYNTHETIC_WORLD.persons,
  items: DEFAULT_SYNTHETIC_WORLD.items,
  worldOverlap: DEFAULT_SYNTHETIC_WORLD.overlap,
  meanHistory: DEFAULT_SYNTHETIC_WORLD.meanHistory,
};

/** One federation to run at each seed. */
export interface Variant {
  readonly strategy: string;
  readonly release: 'raw' | 'ldp' | 'cohort' | 'none';
  /** Total epsilon as tables show it; null: without privacy, or nothing to bound. */
  readonly epsilon: number | null;
  /** The manifest's budget; null is a federation without privacy. */
  readonly budget: number | null;
  readonly epsilon0: number | null;
}

/** Every federation the options ask for. A strategy that promises nothing runs once, whatever the epsilons. */
export function variants(options: SimulationOptions): Variant[] {
  const asked: Variant[] = [];
  for (const name of options.strategies) {
    const promises = strategyNamed(name).privacy !== 'sealed-only';
    const all = [...options.epsilons, ...(options.noPrivacy ? [null] : [])];
    const budgets = promises ? all : all.slice(0, 1);
    for (const release of options.releases) {
      const local = release === 'ldp' || release === 'cohort';
      for (const budget of budgets) {
        for (const epsilon0 of local ? options.epsilon0s : [null]) {
          asked.push({ strategy: name, release, epsilon: promises ? budget : null, budget, epsilon0 });
        }
      }
    }
  }
  return asked;
}

/** Whether these rounds train something: options of rounds mean nothing to a strategy that shares nothing. */
export function trainsInRounds(strategy: string, rounds: number): boolean {
  const named = strategyNamed(strategy);
  const nobody = { platforms: [], maxPlatformsPerPerson: 1, rounds };
  return rounds > 0 && named.plan(nobody, named.defaults).blocks.length > 0;
}

const RELEASES: SimulationOptions['releases'] = ['raw', 'ldp', 'cohort', 'none'];

/** @throws SimulationError SIMULATION_OPTION naming the option and what it may be. */
export function checkOptions(options: SimulationOptions): void {
  const refuse = (detail: string): never => {
    throw new SimulationError('SIMULATION_OPTION', detail);
  };
  const integers: readonly (readonly [string, number, number, number])[] = [
    ['--seeds', options.seeds, 1, 1000],
    ['--seed', options.seed, 0, 2 ** 31],
    ['--rounds', options.rounds, 0, 10_000],
    ['--negatives', options.negatives, 1, 100_000],
    ['--colluding', options.colluding, 0, 10_000],
    ['--dropouts', options.dropouts ?? 0, 0, 10_000],
    ['--persons', options.persons, 50, 10_000_000],
    ['--items', options.items, 150, 10_000_000],
  ];
  for (const [name, value, least, most] of integers) {
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      refuse(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
    }
  }
  for (const epsilon of [...options.epsilons, ...options.epsilon0s]) {
    if (!(epsilon > 0 && epsilon <= 100)) refuse(`an epsilon must be above 0 and at most 100, not ${epsilon}`);
  }
  if (!(options.delta > 0 && options.delta <= 0.01)) {
    refuse(`--delta must be above 0 and at most 0.01, not ${options.delta}`);
  }
  if (!(options.overlap > 0 && options.overlap <= 1)) {
    refuse(`--overlap must be above 0 and at most 1, not ${options.overlap}`);
  }
  if (!(options.worldOverlap > 0 && options.worldOverlap <= 1)) {
    refuse(`--world-overlap must be above 0 and at most 1, not ${options.worldOverlap}`);
  }
  if (!(options.meanHistory >= 3 && options.meanHistory <= options.items / 2)) {
    refuse(`--mean-history must be from 3 to half of the items, not ${options.meanHistory}`);
  }
  if (options.sampling !== null && !(options.sampling >= 0.01 && options.sampling < 1)) {
    refuse(`--sampling must be from 0.01 to below 1, not ${options.sampling}`);
  }
  if (options.clipQuantile !== null && !(options.clipQuantile >= 0.05 && options.clipQuantile <= 0.95)) {
    refuse(`--clip-quantile must be from 0.05 to 0.95, not ${options.clipQuantile}`);
  }
  if (options.strategies.length === 0) refuse('--strategy names no strategy');
  if (options.epsilons.length === 0 && !options.noPrivacy) refuse('--epsilon names no epsilon; or say --no-privacy');
  const lists: readonly (readonly [string, readonly (string | number)[]])[] = [
    ['--platforms', options.platforms],
    ['--sources', options.sources],
    ['--strategy', options.strategies],
    ['--release', options.releases],
    ['--epsilon', options.epsilons],
    ['--epsilon0', options.epsilon0s],
  ];
  for (const [name, values] of lists) {
    // The rows of both would pass for two seeds of one.
    const twice = values.find((value, place) => values.indexOf(value) !== place);
    if (twice !== undefined) refuse(`${name} names ${twice} twice`);
  }
  const known = strategies.map(({ name }) => name);
  for (const name of options.strategies) {
    if (!known.includes(name)) refuse(`--strategy: "${name}" is none of ${known.join(', ')}`);
  }
  if (Object.keys(options.settings).length > 0 && options.strategies.length > 1) {
    refuse('--set is about one strategy: name it alone with --strategy');
  }
  if (options.sampling !== null || options.clipQuantile !== null) {
    if (!options.strategies.some((name) => trainsInRounds(name, options.rounds))) {
      refuse('--sampling and --clip-quantile are about rounds: take a strategy that has them, and at least one round');
    }
  }
  if (options.releases.length === 0) refuse(`--release names no mode; there are ${RELEASES.join(', ')}`);
  for (const mode of options.releases) {
    if (!RELEASES.includes(mode)) refuse(`--release: "${mode}" is none of ${RELEASES.join(', ')}`);
  }
  if (options.epsilon0s.length === 0 && options.releases.some((mode) => mode === 'ldp' || mode === 'cohort')) {
    refuse('--epsilon0 names no epsilon, which ldp and cohort need');
  }
}
