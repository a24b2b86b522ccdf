/**
 * The description of a hyper-parameter search, kept with its results so that they can be repeated.
 * @module
 */
import { z } from 'zod';
import { encoderSpec, USUAL_ENCODER } from '../../core/transfer/expression.ts';
import { publishedPair } from '../../core/transfer/presets.ts';
import { SimulationError } from '../errors.ts';
import { encodersOf, runOptions, simulationOptions } from '../options.ts';
import type { SimulationOptions } from '../options.ts';
import { checked, oneOf, option, textOf, whole, withDefault } from '../option-fields.ts';
import { candidatesOf } from './candidates.ts';

/** The two sides that have settings. A target's never leave it; an encoder's decide what leaves, and stand in the manifest. */
export const SIDES = ['target', 'encoder'] as const;

const { data, world, platforms, sources, target, strategy, encoder, settings, negatives, seeds, seed } = runOptions;
const { epsilon, delta, rounds, release, epsilon0, overlap, persons, items, worldOverlap, meanHistory } = runOptions;

export const searchOptions = {
  of: option(oneOf(SIDES).default('target'), {
    value: 'side',
    help: 'whose settings are searched: target (decoder, free), or encoder (what leaves, on synthetic worlds, free)',
  }),
  trials: option(whole(2, 1000).default(27), { value: 'n', help: 'number of settings that are tried' }),
  decoder: option(withDefault(runOptions.decoder, ['ridge', 'memory']), {
    ...textOf(runOptions.decoder),
    help: 'decoders to search among; the first, with its defaults, is what a winner must beat',
  }),
  data: option(data, {
    ...textOf(data),
    help: `${textOf(data).help}; with --of encoder only the winner is measured on it`,
  }),
  ...{ world, platforms, sources, target },
  strategy: option(strategy, {
    ...textOf(strategy),
    help: 'the encoder, by its published name',
    unsaid: USUAL_ENCODER,
  }),
  encoder: option(encoder, { ...textOf(encoder), help: 'the encoder, from pieces: VIEW, VIEW+VIEW or VIEW>TRAINING' }),
  settings: option(settings, { ...textOf(settings), help: 'a setting of the encoder that stays; may be repeated' }),
  seeds: option(seeds, {
    ...textOf(seeds),
    help: 'number of seeds; a target searches at each, because each hides other persons and has other noise',
  }),
  ...{ seed, negatives, epsilon, delta, rounds, release, epsilon0, overlap, persons, items, worldOverlap, meanHistory },
};

const configSchema = z.strictObject({ experiment: z.literal('search').default('search'), ...searchOptions });

export type SearchConfig = Readonly<z.output<typeof configSchema>>;
export type SearchInput = z.input<typeof configSchema>;

/** @throws SimulationError SIMULATION_OPTION naming each problem. */
export function searchConfig(input: unknown, from = 'the search'): SearchConfig {
  const config = checked(configSchema, input, (key) => `${from}: ${key}`);
  const refuse = (message: string): never => {
    throw new SimulationError('SIMULATION_OPTION', `${from}: ${message}`);
  };
  for (const key of ['epsilon', 'release', 'epsilon0'] as const) {
    if (config[key].length > 1) refuse(`${key} names ${config[key].join(', ')}: a search has one`);
  }
  if (config.strategy.length + config.encoder.length > 1) refuse('names several encoders: a search has one');
  if (config.strategy.some((name) => publishedPair(name) !== undefined)) {
    refuse(`strategy ${config.strategy.join()} names a pair: name its encoder and its decoder`);
  }
  if (config.world === 'cross-site') refuse('world cross-site has nobody known on two sites, so no decoder is fitted');
  worldOptions(config);
  const candidates = candidatesOf(config);
  if (candidates.length < 2) refuse('there is nothing to choose: no piece that is named has settings left to draw');
  return config;
}

/** The options of the federations that the search looks at. */
export function worldOptions({ experiment: _, of: __, trials: ___, ...config }: SearchConfig): SimulationOptions {
  const strategies = config.strategy.length + config.encoder.length === 0 ? [USUAL_ENCODER] : config.strategy;
  return simulationOptions({ ...config, strategy: strategies, inProcess: true, out: 'runs' });
}

/** The encoder of the search. */
export function encoderOf(config: SearchConfig): ReturnType<typeof encoderSpec> & { readonly name: string } {
  const [name] = encodersOf(worldOptions(config));
  return { ...encoderSpec(name, config.settings), name };
}
