/**
 * A worker process of a privacy-budget experiment.
 * @module
 */
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';
import { JobRunner } from './job.ts';
import { serveJobs } from './serve-jobs.ts';

serveJobs((config: ExperimentConfig, work) => {
  const runner = new JobRunner(config, work);
  return { run: (job: Job) => runner.run(job, new AbortController().signal) };
});
