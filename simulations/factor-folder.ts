/**
 * Factors in a folder of a run, so that its processes make each of them once between them.
 * @module
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FactorStore, KeptFactors } from '../core/transfer/factors/factor-memory.ts';

/** How long one sleeps before it looks again whether another has made what it waits for. */
const LOOK_MS = 25;

/** @param folder is made where it is not. It holds what follows from persons' rows: whoever made it deletes it. */
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
        // Whoever waits could do nothing else: it would be computing the same.
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

/** One file exclusively made, with its owner's process: a claim of a process that is gone is nobody's. */
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

/** Undefined while the claim is being written, or once it is gone. */
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

/** Under its name only once it is whole. */
function write(file: string, { items, persons }: KeptFactors): void {
  const part = `${file}.part`;
  const numbers = new Float32Array(persons.length + items.length);
  numbers.set(persons);
  numbers.set(items, persons.length);
  writeFileSync(part, new Uint8Array(numbers.buffer), { mode: 0o600 });
  renameSync(part, file);
}
