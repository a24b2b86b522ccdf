/**
 * A worker process of a search.
 * @module
 */
import { serveJobs } from '../experiment/serve-jobs.ts';
import type { SearchConfig } from './config.ts';
import { SearchRunner } from './trial.ts';

serveJobs((config: SearchConfig, work) => new SearchRunner(config, work));
