/**
 * The world of a simulation: a folder of `<platform>.tsv` files, or the synthetic world.
 * @module
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { readingPathOf } from '../../client/data/reading-file.ts';
import { exists } from '../../client/data/source.ts';
import { readingText } from '../../core/data/reading-text.ts';
import type { Domain } from '../../core/data/domain.ts';
import { SimulationError } from '../errors.ts';
import { presetWorld } from './presets.ts';
import type { PresetName } from './presets.ts';
import { DEFAULT_SYNTHETIC_WORLD, syntheticWorld } from './synthetic.ts';
import type { World } from './world.ts';

export interface WorldRequest {
  readonly data: string | null;
  /** A named synthetic world; null: the usual one. */
  readonly world: PresetName | null;
  /** Empty: all platforms of the folder. */
  readonly platforms: readonly string[];
  readonly seed: string;
  readonly persons: number;
  readonly items: number;
  readonly worldOverlap: number;
  readonly meanHistory: number;
}

const ENDING = /\.(tsv|csv|inter|sql|parquet|jsonl|json)(\.gz)?$/;
const NOT_INTERACTIONS = /\.(items|catalogue|vectors|persons)\.(tsv|csv)(\.gz)?$/;

/** @throws SimulationError SIMULATION_WORLD with the missing parts; DataError for a file that cannot be read. */
export async function openWorld(request: WorldRequest): Promise<World> {
  const { data, platforms } = request;
  if (data === null) {
    const names = platforms.length > 0 ? platforms : DEFAULT_SYNTHETIC_WORLD.platforms;
    const { seed, persons, items, meanHistory, worldOverlap: overlap } = request;
    if (request.world !== null && platforms.length === 0) {
      return {
        ...syntheticWorld(presetWorld(request.world, { seed, persons, items, meanHistory })),
        name: request.world,
      };
    }
    return syntheticWorld({ ...DEFAULT_SYNTHETIC_WORLD, seed, platforms: names, persons, items, meanHistory, overlap });
  }
  const files = await interactionFiles(data);
  const names = platforms.length > 0 ? platforms : [...files.keys()].sort();
  for (const name of names) {
    const [one, ...others] = files.get(name) ?? [];
    if (others.length === 0) continue;
    throw new SimulationError(
      'SIMULATION_WORLD',
      `platform ${name} has more than one file in ${data}: ${[one, ...others].join(' and ')}. Keep the one that is to be read`,
    );
  }
  const missing = names.filter((name) => !files.has(name));
  if (missing.length > 0 || names.length < 2) {
    const found = [...files.keys()].sort().join(', ') || 'none';
    throw new SimulationError(
      'SIMULATION_WORLD',
      missing.length > 0
        ? `no file for platform ${missing.join(', ')} in ${data}; it has ${found}`
        : `a world needs at least two platforms, each with a file <platform>.tsv; ${data} has ${found}`,
    );
  }
  const opened: OpenedFile[] = [];
  for (const name of names) opened.push(await openFile(join(data, files.get(name)?.[0] ?? ''), name));
  const domains = opened.map(({ domain }) => domain);
  return { name: names.join(', '), domains, readings: opened.map(({ reading }) => reading) };
}

interface OpenedFile {
  readonly domain: Domain;
  readonly reading: string;
}

/**
 * Reads a file by the reading file beside it. Without one it reads by inspection, which is safe because a simulation
 * releases no data.
 */
async function openFile(path: string, name: string): Promise<OpenedFile> {
  const file = readingPathOf(path);
  if (await exists(file)) {
    const { domain, bad } = await openByReadingBeside(path, { name });
    return { domain, reading: `${name} is read by ${file}${leftOut(bad)}` };
  }
  const { report, reading, remarks } = await inspectSource(path, { name });
  const said = [`${name} is read by inspection: ${readingText(reading)}${leftOut(report.bad)}`, ...remarks];
  return { domain: report.domain, reading: said.join('; ') };
}

function leftOut(bad: number): string {
  return bad === 0 ? '' : `; rows that cannot be read: ${bad}`;
}

/** The files of each platform: one, unless somebody left another form of it there. */
async function interactionFiles(folder: string): Promise<Map<string, readonly string[]>> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    throw new SimulationError('SIMULATION_WORLD', `cannot read the folder ${folder}: name one with --data`, {
      cause: error,
    });
  }
  const files = new Map<string, readonly string[]>();
  for (const entry of entries.filter((one) => ENDING.test(one) && !NOT_INTERACTIONS.test(one)).sort()) {
    const name = entry.replace(ENDING, '');
    files.set(name, [...(files.get(name) ?? []), entry]);
  }
  return files;
}
