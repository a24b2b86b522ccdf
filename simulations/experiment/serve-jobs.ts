/**
 * The work of a worker process: it runs the jobs that its parent sends, one at a time, and ends with its parent.
 * @module
 */
import { rmSync } from 'node:fs';
import { failedReport } from '../failed-report.ts';
import type { FailedReport } from '../failed-report.ts';
import { toParent } from '../hosts/to-parent.ts';

export type WorkerOrder<Config, Job> =
  | {
      readonly kind: 'config';
      readonly config: Config;
      /** Folder of this worker alone. */
      readonly work: string;
    }
  | { readonly kind: 'job'; readonly job: Job };

export type WorkerReport<Result> = { readonly kind: 'done'; readonly result: Result } | FailedReport;

interface Runner {
  /** @param job as the parent sent it. */
  run(job: never): Promise<unknown>;
}

/** Serves this process's parent until that ends. @param runnerOf makes what runs the jobs of one description */
export function serveJobs(runnerOf: (config: never, work: string) => Runner): void {
  let runner: Runner | undefined;
  let work = '';
  const run = async (job: never): Promise<void> => {
    try {
      if (runner === undefined) throw new Error('a job came before the experiment it belongs to');
      report({ kind: 'done', result: await runner.run(job) });
    } catch (error) {
      report(failedReport(error));
    }
  };
  process.on('message', (order: WorkerOrder<never, never>) => {
    if (order.kind === 'config') {
      work = order.work;
      runner = runnerOf(order.config, work);
    } else void run(order.job);
  });
  // The parent has ended in some way: this deletes the rows and keys of the running trial.
  process.on('disconnect', () => {
    if (work !== '') rmSync(work, { recursive: true, force: true });
    process.exit(1);
  });
  // Ctrl-C reaches the whole process group, but the parent decides when its workers stop.
  process.on('SIGINT', () => undefined);
}

function report(message: WorkerReport<unknown>): void {
  toParent(message);
}
