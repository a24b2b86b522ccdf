/**
 * A column of an items file of the real data.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulationError } from '../errors.ts';

/** Values by item id. @param path tab-separated, with a header. @throws SimulationError SIMULATION_STUDY without that column */
export async function itemColumn(folder: string, path: string, column: string): Promise<ReadonlyMap<string, string>> {
  const [header, ...lines] = (await readFile(join(folder, path), 'utf8')).split('\n');
  const at = header.split('\t').indexOf(column);
  if (at < 0) throw new SimulationError('SIMULATION_STUDY', `${path} has no column ${column}; it has ${header}`);
  return new Map(lines.map((line) => line.split('\t')).map((fields) => [fields[0], fields[at] ?? '']));
}
