/**
 * Tables of the real data of studies: tab-separated files with a header.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulationError } from '../errors.ts';

/** Rows of fields, the header first. @throws SimulationError SIMULATION_STUDY naming the line of a row that is too short. */
export async function tableAt(path: string): Promise<readonly (readonly string[])[]> {
  const rows = (await readFile(path, 'utf8'))
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split('\t'));
  const short = rows.findIndex((fields) => fields.length < rows[0].length);
  if (short < 0) return rows;
  throw new SimulationError(
    'SIMULATION_STUDY',
    `${path}, line ${short + 1}: ${rows[short].length} columns, and the header has ${rows[0].length}: correct or remove the line`,
  );
}

/** Values by item id. @param path tab-separated, with a header. @throws SimulationError SIMULATION_STUDY without that column */
export async function itemColumn(folder: string, path: string, column: string): Promise<ReadonlyMap<string, string>> {
  const [header, ...rows] = await tableAt(join(folder, path));
  const at = header.indexOf(column);
  if (at >= 0) return new Map(rows.map((fields) => [fields[0], fields[at]]));
  throw new SimulationError('SIMULATION_STUDY', `${path} has no column ${column}; it has ${header.join(', ')}`);
}
