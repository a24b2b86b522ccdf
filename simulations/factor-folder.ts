/**
 * Keeps factors in a folder of a run, so that its processes compute each of them only once.
 * @module
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FactorStore, KeptFactors } from '../core/transfer/factors/factor-memory.ts';

/** Time between two looks for factors that another process is computing. */
const LOOK_MS = 25;

/** @param folder is made if it is missing. Its files are computed from persons' rows, so the caller must delete it. */
export function factorFolder(folder: string): FactorStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    through(key, persons, make) {
      const file = join(folder, key);
      const claim = `${file}.claim`;
      for (;;) {
        const kept = read(file, persons);
        if (kept !== undefined) return kept;
        if (claims(claim)) break;
        // Blocking is no loss: this process has nothing to do but the same computation.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
      }
      try {
        const made = read(file, persons) ?? make();
        write(file, made);
        return made;
      } finally {
        rmSync(claim, { force: true });
      }
    },
  };
}

/** Claims the work by creating a file that holds this process's id. The claim of a process that has ended is removed. */
function claims(claim: string): boolean {
  try {
    writeFileSync(claim, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isAlive(ownerOf(claim))) rmSync(claim, { force: true });
  return false;
}

/** Process id of the owner; undefined while the claim is being written, or after it was removed. */
function ownerOf(claim: string): number | undefined {
  try {
    return Number(readFileSync(claim, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(file: string, persons: number): KeptFactors | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const numbers = new Float32Array(Uint8Array.from(bytes).buffer);
  return { persons: numbers.slice(0, persons), items: numbers.slice(persons) };
}

/** Writes a file that has its name only once it is complete. */
function write(file: string, { items, persons }: KeptFactors): void {
  const part = `${file}.part`;
  const numbers = new Float32Array(persons.length + items.length);
  numbers.set(persons);
  numbers.set(items, persons.length);
  writeFileSync(part, new Uint8Array(numbers.buffer), { mode: 0o600 });
  renameSync(part, file);
}
