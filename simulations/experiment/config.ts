/**
 * The description of a privacy-budget experiment. It is read from a file or from flags, and kept with the results so
 * that they can be repeated.
 * @module
 */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { RELEASE_MODES } from '../../core/release/registry.ts';
import { USUAL_ENCODER } from '../../core/transfer/expression.ts';
import { SimulationError } from '../errors.ts';
import { runOptions, simulationOptions } from '../options.ts';
import { checked, list, oneOf, option, textOf, withDefault } from '../option-fields.ts';
import type { SimulationOptions } from '../options.ts';

const { inProcess: _, out: __, ablate: ___, ...shared } = runOptions;

/** The options of a run, with an experiment's own defaults and several overlaps. */
export const experimentOptions = {
  ...shared,
  strategy: option(shared.strategy, {
    ...textOf(shared.strategy),
    unsaid: `${USUAL_ENCODER}, if there is no --encoder`,
  }),
  protocol: option(oneOf(['sampled', 'full']).default('sampled'), {
    ...textOf(shared.protocol),
    help: 'how cold persons are measured: sampled, full',
  }),
  epsilon: withDefault(shared.epsilon, [1, 2, 4, 8, null]),
  epsilon0: withDefault(shared.epsilon0, [0.5, 1, 2, 4, 8]),
  release: withDefault(shared.release, [...RELEASE_MODES]),
  overlap: option(list(shared.overlap.unwrap()).min(1, 'names no share').default([1]), {
    value: 'shares',
    help: 'shares of the persons known on both sides whose link may be used',
  }),
  seeds: withDefault(shared.seeds, 5),
};

const configSchema = z.strictObject({ experiment: z.literal('privacy').default('privacy'), ...experimentOptions });

export type ExperimentConfig = Readonly<z.output<typeof configSchema>>;
export type ExperimentInput = z.input<typeof configSchema>;

/** @throws SimulationError SIMULATION_OPTION naming each problem. */
export function experimentConfig(input: unknown, from = 'the experiment'): ExperimentConfig {
  const config = checked(configSchema, input, (key) => `${from}: ${key}`);
  for (const overlap of config.overlap) optionsAt(config, overlap);
  return config;
}

/** Parses a YAML file without checking its content. @throws SimulationError SIMULATION_OPTION with the line. */
export function parseConfigText(text: string, file: string): Record<string, unknown> {
  try {
    const read: unknown = parse(text);
    if (read === null) return {};
    if (typeof read === 'object' && !Array.isArray(read)) return read as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new SimulationError('SIMULATION_OPTION', `${file}: ${cause.message}`, { cause });
  }
  throw new SimulationError('SIMULATION_OPTION', `${file} must hold keys and values, as docs/experiments.md describes`);
}

/** The simulation's options at one share of the overlap. */
export function optionsAt({ experiment: _kind, ...config }: ExperimentConfig, overlap: number): SimulationOptions {
  const { encoder, strategy: named } = config;
  const strategy = named.length + encoder.length === 0 ? [USUAL_ENCODER] : named;
  return simulationOptions({ ...config, strategy, overlap, inProcess: true, out: 'runs' });
}
