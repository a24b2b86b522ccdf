/**
 * A worker process of an experiment: it runs the jobs that its parent sends, one at a time, and ends with its parent.
 * @module
 */
import { rmSync } from 'node:fs';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';
import { JobRunner } from './job.ts';
import type { JobResult } from './job.ts';

export type WorkerOrder =
  | {
      readonly kind: 'config';
      readonly config: ExperimentConfig;
      /** Folder of this worker alone. */
      readonly work: string;
    }
  | { readonly kind: 'job'; readonly job: Job };

export type WorkerReport = { readonly kind: 'done'; readonly result: JobResult } | FailedReport;

let runner: JobRunner | undefined;
let work = '';

process.on('message', (order: WorkerOrder) => {
  if (order.kind === 'config') {
    work = order.work;
    runner = new JobRunner(order.config, work);
  } else void run(order.job);
});
// The parent has ended in some way: this deletes the rows and keys of the running trial.
process.on('disconnect', () => {
  if (work !== '') rmSync(work, { recursive: true, force: true });
  process.exit(1);
});
// Ctrl-C reaches the whole process group, but the parent decides when its workers stop.
process.on('SIGINT', () => undefined);

async function run(job: Job): Promise<void> {
  try {
    if (runner === undefined) throw new Error('a job came before the experiment it belongs to');
    report({ kind: 'done', result: await runner.run(job, new AbortController().signal) });
  } catch (error) {
    report(failedReport(error));
  }
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}
