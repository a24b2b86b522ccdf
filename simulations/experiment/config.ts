/**
 * What a privacy-budget experiment is: read from a file or from flags, kept with its results, enough to repeat it.
 * @module
 */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { SimulationError } from '../errors.ts';
import { checkOptions, DEFAULT_OPTIONS } from '../options.ts';
import type { SimulationOptions } from '../options.ts';

const names = z.array(z.string().min(1));
const epsilon = z.number().positive().max(100);

export const configSchema = z.strictObject({
  experiment: z.literal('privacy').default('privacy'),
  /** Folder of `<platform>.tsv` files; null for the synthetic world. */
  data: z.string().nullable().default(null),
  platforms: names.default([]),
  sources: names.default([]),
  target: z.string().nullable().default(null),
  strategies: names.min(1).default(['private-subspace']),
  /** Settings of the strategy, where there is one. */
  settings: z.record(z.string(), z.unknown()).default({}),
  protocol: z.enum(['sampled', 'full']).default('sampled'),
  negatives: z.int().positive().default(DEFAULT_OPTIONS.negatives),
  /** Total epsilons of everything trained; null or `none`: without noise. */
  epsilon: z
    .array(z.union([epsilon, z.null(), z.literal('none').transform(() => null)]))
    .min(1)
    .default([1, 2, 4, 8, null]),
  /** Epsilons of one released code. */
  epsilon0: z.array(epsilon).default([0.5, 1, 2, 4, 8]),
  release: z
    .array(z.enum(['raw', 'ldp', 'cohort', 'none']))
    .min(1)
    .default(['raw', 'ldp', 'cohort', 'none']),
  /** Shares of the persons known on both sides whose link may be used. */
  overlap: z.array(z.number().positive().max(1)).min(1).default([1]),
  seeds: z.int().positive().default(5),
  /** First seed. */
  seed: z.int().min(0).default(1),
  delta: z.number().positive().max(0.01).default(DEFAULT_OPTIONS.delta),
  rounds: z.int().min(0).default(DEFAULT_OPTIONS.rounds),
  colluding: z.int().min(0).default(0),
  /** Losses that a sum survives; null: what a manifest that names none plans for. */
  dropouts: z.int().min(0).nullable().default(null),
  /** Share of persons drawn for a round; null: everybody. */
  sampling: z.number().nullable().default(null),
  /** Quantile that the clip of a round follows; null: the strategy's own clip. */
  clipQuantile: z.number().nullable().default(null),
  /** Of each synthetic platform. */
  persons: z.int().default(DEFAULT_OPTIONS.persons),
  items: z.int().default(DEFAULT_OPTIONS.items),
  worldOverlap: z.number().default(DEFAULT_OPTIONS.worldOverlap),
  meanHistory: z.number().default(DEFAULT_OPTIONS.meanHistory),
});

export type ExperimentConfig = Readonly<z.output<typeof configSchema>>;
export type ExperimentInput = z.input<typeof configSchema>;

/** @throws SimulationError SIMULATION_OPTION naming what is wrong. */
export function experimentConfig(input: unknown, from = 'the experiment'): ExperimentConfig {
  const read = configSchema.safeParse(input);
  if (!read.success) {
    throw new SimulationError('SIMULATION_OPTION', `${from}: ${z.prettifyError(read.error)}`);
  }
  const config = read.data;
  for (const overlap of config.overlap) checkOptions(optionsAt(config, overlap));
  return config;
}

/** @returns what a YAML file says, not yet checked. @throws SimulationError SIMULATION_OPTION with the line. */
export function parseConfigText(text: string, file: string): Record<string, unknown> {
  try {
    const read: unknown = parse(text);
    if (read === null) return {};
    if (typeof read === 'object' && !Array.isArray(read)) return read as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new SimulationError('SIMULATION_OPTION', `${file}: ${cause.message}`, { cause });
  }
  throw new SimulationError('SIMULATION_OPTION', `${file} must hold keys and values, as docs/experiments.md has them`);
}

/** The simulation's options at one share of the overlap. */
export function optionsAt(config: ExperimentConfig, overlap: number): SimulationOptions {
  const epsilons = config.epsilon.filter((value) => value !== null);
  return {
    data: config.data,
    platforms: config.platforms,
    sources: config.sources,
    target: config.target,
    strategies: config.strategies,
    protocol: config.protocol,
    negatives: config.negatives,
    seeds: config.seeds,
    seed: config.seed,
    epsilons,
    delta: config.delta,
    rounds: config.rounds,
    releases: config.release,
    epsilon0s: config.epsilon0,
    noPrivacy: config.epsilon.includes(null),
    overlap,
    colluding: config.colluding,
    dropouts: config.dropouts,
    sampling: config.sampling,
    clipQuantile: config.clipQuantile,
    inProcess: true,
    out: '',
    persons: config.persons,
    items: config.items,
    worldOverlap: config.worldOverlap,
    meanHistory: config.meanHistory,
    settings: config.settings,
  };
}
