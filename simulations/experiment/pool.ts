/**
 * Worker processes that share the jobs of a grid.
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../../core/errors/coded-error.ts';
import { SimulationError } from '../errors.ts';
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';
import type { WorkerOrder, WorkerReport } from './worker.ts';

export interface Pool {
  readonly config: ExperimentConfig;
  readonly jobs: readonly Job[];
  /** Called before a job runs; returns the job to run in its place. */
  readonly atTurn: (job: Job) => Job;
  readonly workers: number;
  /** Folder for files of running trials. It is emptied before; afterwards this run's part of it is deleted. */
  readonly work: string;
  readonly signal: AbortSignal;
  readonly onStart: (job: Job) => void;
  /** Called in the order in which jobs end. An error that it throws ends the pool. */
  readonly onEnd: (job: Job, report: WorkerReport) => void;
}

/**
 * Resolves once every job has ended. Leaves no process behind.
 * @throws SimulationError SIMULATION_PROCESS if a worker dies; the signal's reason if aborted.
 */
export async function runPool(pool: Pool): Promise<void> {
  const { jobs, signal } = pool;
  const children: ChildProcess[] = [];
  const waiting = jobs.values();
  const count = Math.min(pool.workers, jobs.length);
  // The names are unique to this run. An earlier run whose command was killed may still be deleting its own folders.
  const folders = Array.from({ length: count }, (_, index) => join(pool.work, `worker-${process.pid}-${index + 1}`));
  signal.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    await rm(pool.work, { recursive: true, force: true });
    for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
    const working = folders.map((folder) => {
      const child = start(pool.config, folder);
      children.push(child);
      return workThrough(child, waiting, pool);
    });
    await Promise.race([stopped, Promise.all(working)]);
  } finally {
    await Promise.all(children.map(end));
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    await removeIfEmpty(pool.work);
  }
}

/** A later run may already have folders of its own in it. */
async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
}

function start(config: ExperimentConfig, work: string): ChildProcess {
  const entry = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
  const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  child.send({ kind: 'config', config, work } satisfies WorkerOrder);
  return child;
}

async function workThrough(child: ChildProcess, waiting: Iterator<Job>, pool: Pool): Promise<void> {
  const { atTurn, onStart, onEnd, signal } = pool;
  for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
    const job = atTurn(next.value);
    onStart(job);
    const report = await one(child, job);
    // A later run may already be working on the same results.
    if (signal.aborted) return;
    onEnd(job, report);
  }
}

function one(child: ChildProcess, job: Job): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: WorkerReport): void => {
      child.off('exit', onExit);
      resolve(report);
    };
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      child.off('message', onMessage);
      const text = `a worker ended (${signal ?? `exit code ${String(code)}`}) in ${job.trial}; finished trials are kept, and --resume continues`;
      reject(new SimulationError('SIMULATION_PROCESS', text));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send({ kind: 'job', job } satisfies WorkerOrder);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // A worker holds nothing that must be closed: its parent keeps the rows, and its files are temporary.
  if (child.connected) child.disconnect();
  else child.kill('SIGKILL');
  await gone;
}
