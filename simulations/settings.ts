/**
 * The world of a simulation and its hidden interactions: one or more directions, each a target with its sources, at
 * each seed.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Domain } from '../core/data/domain.ts';
import { readGameVideo } from '../core/data/game-video.ts';
import type { GameVideoFolder, PublishedDirection } from '../core/data/game-video.ts';
import { coldSplit } from '../core/evaluation/split.ts';
import { findTwins, withoutTwins } from '../core/evaluation/twins.ts';
import { SimulationError } from './errors.ts';
import type { SimulationOptions } from './options.ts';
import type { TrialWorld } from './trial-files.ts';
import { openWorld } from './worlds/open-world.ts';
import type { WorldTruth } from './worlds/world.ts';

/** A target and its sources. `at` hides the interactions that a seed selects. */
export interface Direction {
  readonly name: string;
  readonly domains: readonly Domain[];
  /** How each domain's file was read, for domains that come from files. */
  readonly readings: readonly string[];
  readonly truth?: WorldTruth;
  at(seed: string): TrialWorld;
}

/** @param worldSeed of a synthetic world; absent: the first seed of the options. */
export async function openDirections(
  options: SimulationOptions,
  worldSeed = String(options.seed),
): Promise<readonly Direction[]> {
  return options.protocol === 'published:game-video' ? published(options) : [await sampled(options, worldSeed)];
}

async function sampled(options: SimulationOptions, worldSeed: string): Promise<Direction> {
  const world = await openWorld({ ...options, seed: worldSeed });
  const names = world.domains.map(({ name }) => name);
  const targetName = options.target ?? names[names.length - 1];
  const sourceNames = options.sources.length > 0 ? options.sources : names.filter((name) => name !== targetName);
  const unknown = [targetName, ...sourceNames].filter((name) => !names.includes(name));
  if (unknown.length > 0 || sourceNames.includes(targetName)) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      unknown.length > 0
        ? `${unknown.join(', ')} is not a platform of this world, which has ${names.join(', ')}`
        : `the target "${targetName}" cannot also be a source`,
    );
  }
  const target = named(world.domains, targetName);
  const sources = sourceNames.map((name) => named(world.domains, name));
  return {
    name: world.name,
    domains: world.domains,
    readings: world.readings,
    ...(world.truth && { truth: world.truth }),
    at(seed) {
      const split = coldSplit(target, sources, { seed, overlapKept: options.overlap });
      return {
        seed,
        domains: world.domains.map((domain) => (domain === target ? split.target : domain)),
        target: targetName,
        sources: sourceNames,
        cold: split.cold,
        linked: split.linked,
        keep: kept(sources, split.target, split.linked, split.cold),
      };
    },
  };
}

async function published({ data, target }: SimulationOptions): Promise<readonly Direction[]> {
  if (data === null) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      '--protocol published:game-video needs --data: the folder with game_video/ and video_game/ of the published split',
    );
  }
  const folder = async (name: string): Promise<GameVideoFolder> => {
    const read = (file: string): Promise<string> => readFile(join(data, name, `${file}.txt`), 'utf8');
    try {
      return { train: await read('train'), valid: await read('valid'), test: await read('test') };
    } catch (cause) {
      throw new SimulationError('SIMULATION_WORLD', `${data} does not hold the published split: ${String(cause)}`, {
        cause,
      });
    }
  };
  const directions = readGameVideo(await folder('game_video'), await folder('video_game')).map(publishedDirection);
  if (target === null) return directions;
  const chosen = directions.filter((direction) => direction.at('0').target === target);
  if (chosen.length > 0) return chosen;
  const targets = directions.map((direction) => direction.at('0').target);
  throw new SimulationError(
    'SIMULATION_OPTION',
    `${target} is not a target of the published split, which has ${targets.join(', ')}`,
  );
}

function publishedDirection({ name, source, target, warm, test, valid }: PublishedDirection): Direction {
  const domains = [source, target];
  const keep = kept([source], target, warm, test);
  return {
    name,
    domains,
    readings: [],
    at: (seed) => ({
      seed,
      domains,
      target: target.name,
      sources: [source.name],
      cold: test,
      linked: warm,
      validation: valid,
      keep,
    }),
  };
}

function kept(
  sources: readonly Domain[],
  target: Domain,
  linked: readonly string[],
  cold: TrialWorld['cold'],
): Uint8Array {
  return withoutTwins(
    cold,
    sources.map((domain) => ({ domain, twins: findTwins(domain, target, linked) })),
  );
}

function named(domains: readonly Domain[], name: string): Domain {
  const domain = domains.find((candidate) => candidate.name === name);
  if (domain === undefined) throw new RangeError(`no domain "${name}"`);
  return domain;
}
