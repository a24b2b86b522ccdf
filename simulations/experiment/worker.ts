/**
 * A worker process of an experiment: runs the jobs its parent sends, one at a time, and ends with its parent.
 * @module
 */
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';
import { JobRunner } from './job.ts';
import type { JobResult } from './job.ts';

export type WorkerOrder =
  { readonly kind: 'config'; readonly config: ExperimentConfig } | { readonly kind: 'job'; readonly job: Job };

export type WorkerReport =
  | { readonly kind: 'done'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string };

let runner: JobRunner | undefined;

process.on('message', (order: WorkerOrder) => {
  if (order.kind === 'config') runner = new JobRunner(order.config);
  else void work(order.job);
});
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole group; the parent decides when its workers stop.
process.on('SIGINT', () => undefined);

async function work(job: Job): Promise<void> {
  try {
    if (runner === undefined) throw new Error('a job came before the experiment it belongs to');
    report({ kind: 'done', result: await runner.run(job, new AbortController().signal) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL';
    const text = error instanceof Error ? (code === 'INTERNAL' ? (error.stack ?? '') : error.message) : String(error);
    report({ kind: 'failed', code, text });
  }
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}
