/**
 * Child processes that host one trial's coordinator or platform after the other: starting a process and loading its modules
 * takes longer than most of what a small trial computes.
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { entry } from './entry.ts';

/** Time that a process may take to end before it is killed. */
const END_MS = 2_000;

export class HostPool {
  readonly #idle = new Map<string, ChildProcess>();
  #isOver = false;

  /** @param name the argument, which shows in the list of processes. */
  take(name: string): ChildProcess {
    const kept = this.#idle.get(name);
    this.#idle.delete(name);
    if (kept !== undefined && isAlive(kept)) return kept;
    return fork(entry, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  }

  /** Takes back a process that has stopped what it hosted. */
  async give(name: string, child: ChildProcess): Promise<void> {
    if (this.#isOver || this.#idle.has(name)) await end(child);
    else this.#idle.set(name, child);
  }

  /** Ends every process that is held, and every one that is given back later. */
  async end(): Promise<void> {
    this.#isOver = true;
    const held = [...this.#idle.values()];
    this.#idle.clear();
    await Promise.all(held.map(end));
  }
}

export function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && child.connected;
}

/** A process without its parent's channel ends by itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await gone;
  clearTimeout(timer);
}
