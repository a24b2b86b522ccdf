/**
 * Worker processes that share the jobs of a grid.
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../core/errors/coded-error.ts';
import { SimulationError } from '../errors.ts';
import type { WorkerOrder, WorkerReport } from './serve-jobs.ts';

export interface Pool<Config, Job extends { readonly trial: string }, Result> {
  /** Path of the module that workers run, which calls `serveJobs`. */
  readonly entry: string;
  readonly config: Config;
  /** Jobs in the order of their start. An asynchronous one may await the end of earlier jobs before it names the next. */
  readonly jobs: Iterable<Job> | AsyncIterable<Job>;
  /** Called before a job runs; returns the job to run in its place. */
  readonly atTurn?: (job: Job) => Job;
  /** At least 1. */
  readonly workers: number;
  /** Folder for files of running trials. It is emptied before; afterwards this run's part of it is deleted. */
  readonly work: string;
  readonly signal: AbortSignal;
  readonly onStart: (job: Job) => void;
  /** Called in the order in which jobs end. An error that it throws ends the pool. */
  readonly onEnd: (job: Job, report: WorkerReport<Result>) => void;
}

/**
 * Resolves once every job has ended. Leaves no process behind.
 * @throws SimulationError SIMULATION_PROCESS if a worker dies; the signal's reason if aborted.
 */
export async function runPool<Config, Job extends { readonly trial: string }, Result>(
  pool: Pool<Config, Job, Result>,
): Promise<void> {
  const { jobs, signal } = pool;
  const children: ChildProcess[] = [];
  const waiting = inTurn(jobs);
  // The names are unique to this run. An earlier run whose command was killed may still be deleting its own folders.
  const folders = Array.from({ length: pool.workers }, (_, index) =>
    join(pool.work, `worker-${process.pid}-${index + 1}`),
  );
  signal.throwIfAborted();
  let isEnded = false;
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    await rm(pool.work, { recursive: true, force: true });
    for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
    const working = folders.map((folder) => {
      const child = start(pool, folder);
      children.push(child);
      return workThrough(child, waiting, pool, () => signal.aborted || isEnded);
    });
    await Promise.race([stopped, Promise.all(working)]);
  } finally {
    isEnded = true;
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

/** One iterator that several workers may ask at once: it answers them in the order in which they asked. */
async function* inTurn<Job>(jobs: Iterable<Job> | AsyncIterable<Job>): AsyncGenerator<Job, undefined> {
  for await (const job of jobs) yield job;
  return undefined;
}

function start({ config, entry }: { readonly config: unknown; readonly entry: string }, work: string): ChildProcess {
  const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  child.send({ kind: 'config', config, work } satisfies WorkerOrder<unknown, never>);
  return child;
}

async function workThrough<Config, Job extends { readonly trial: string }, Result>(
  child: ChildProcess,
  waiting: AsyncIterator<Job, undefined>,
  { atTurn, onEnd, onStart }: Pool<Config, Job, Result>,
  /** True once the pool has ended in any way. */
  isOver: () => boolean,
): Promise<void> {
  for (let next = await waiting.next(); next.done !== true; next = await waiting.next()) {
    // Another worker's failure, or the caller, may have ended the pool while this one awaited its turn.
    if (isOver()) return;
    const job = atTurn === undefined ? next.value : atTurn(next.value);
    onStart(job);
    const report = await one<Result>(child, job);
    // A later run may already be working on the same results.
    if (isOver()) return;
    onEnd(job, report);
  }
}

function one<Result>(child: ChildProcess, job: { readonly trial: string }): Promise<WorkerReport<Result>> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: WorkerReport<Result>): void => {
      child.off('exit', onExit);
      resolve(report);
    };
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      child.off('message', onMessage);
      const text = `a worker ended (${signal ?? `exit code ${String(code)}`}) in ${job.trial}; finished trials are kept, and --resume continues`;
      reject(new SimulationError('SIMULATION_PROCESS', text));
    };
    // It may have died while it awaited its turn.
    if (!child.connected) {
      onExit(child.exitCode, child.signalCode);
      return;
    }
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send({ kind: 'job', job } satisfies WorkerOrder<never, unknown>);
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
