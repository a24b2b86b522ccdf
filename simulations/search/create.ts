/**
 * Makes the folder of a search.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SimulationError } from '../errors.ts';
import { makeOutFolder, writeOut } from '../out-folder.ts';
import type { SearchConfig } from './config.ts';
import { SearchStore } from './store.ts';

/** The file of results in the folder. */
export const RESULTS = 'results.db';

/** Makes the folder of a new search. @throws SimulationError SIMULATION_OPTION if the folder already holds results. */
export async function createSearch(folder: string, config: SearchConfig, version: string): Promise<void> {
  await makeOutFolder(folder);
  if (existsSync(join(folder, RESULTS))) {
    throw new SimulationError('SIMULATION_OPTION', `${folder} holds an experiment: continue with --resume ${folder}`);
  }
  const store = new SearchStore(join(folder, RESULTS));
  store.put('config', JSON.stringify(config));
  store.put('isthmus', version);
  store.close();
  await writeOut(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
