/**
 * Folders that the command line names with `--out`.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { SimulationError } from './errors.ts';
import { messageOf } from '../core/errors/coded-error.ts';

/** Made where it is missing, parents too. @throws SimulationError SIMULATION_OUT_UNWRITABLE. */
export async function makeOutFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw outUnwritable(path, cause);
  }
}

export function outUnwritable(path: string, cause: unknown): SimulationError {
  const why = messageOf(cause);
  const text = `cannot write into ${path} (${why}): name a folder that this user may write with --out`;
  return new SimulationError('SIMULATION_OUT_UNWRITABLE', text, { cause });
}
