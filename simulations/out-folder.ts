/**
 * Folders named with `--out`.
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { SimulationError } from './errors.ts';
import { codeOf } from '../core/errors/coded-error.ts';
import { systemReason, writingRemedy } from '../host/files.ts';

/** Makes the folder, and its parents, if it is missing. @throws SimulationError SIMULATION_OUT_UNWRITABLE */
export async function makeOutFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw outUnwritable(path, cause);
  }
}

/** @throws SimulationError SIMULATION_OUT_UNWRITABLE naming the file. */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw outUnwritable(file, cause);
  }
}

/** @param path of a file or a folder. */
export function outUnwritable(path: string, cause: unknown): SimulationError {
  const why = systemReason(cause);
  const remedy =
    codeOf(cause) === 'ENOSPC' ? writingRemedy(cause) : 'name a folder that this user may write with --out';
  return new SimulationError('SIMULATION_OUT_UNWRITABLE', `cannot write ${path}: ${why}; ${remedy}`, { cause });
}
