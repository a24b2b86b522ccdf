/**
 * One trial of a grid, from its world to its rows.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeedRow } from '../../core/evaluation/results.ts';
import { baselineRows, referenceRows } from '../central.ts';
import type { PrivacyRow, RoundRow } from '../results.ts';
import { openDirections } from '../settings.ts';
import type { Direction } from '../settings.ts';
import { writeDataFiles, writeFederationFiles } from '../trial-files.ts';
import { privacyRow, roundRows, statementOf, strategyRows } from '../trial-rows.ts';
import { runTrial } from '../trial.ts';
import { optionsAt } from './config.ts';
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';

export interface JobResult {
  readonly rows: readonly SeedRow[];
  readonly privacy: PrivacyRow;
  readonly rounds: readonly RoundRow[];
  readonly seconds: number;
}

/** Runs jobs one after another, and keeps the world open between jobs of the same overlap. */
export class JobRunner {
  readonly #config: ExperimentConfig;
  readonly #work: string;
  #open: { readonly overlap: number; readonly direction: Direction } | undefined;

  /** @param work folder for the files of trials (rows and keys), which are deleted with each trial. */
  constructor(config: ExperimentConfig, work: string) {
    this.#config = config;
    this.#work = work;
  }

  async run(job: Job, signal: AbortSignal): Promise<JobResult> {
    const began = performance.now();
    const options = optionsAt(this.#config, job.overlap);
    const direction = await this.#direction(job.overlap);
    const world = direction.at(job.seed);
    // The trial's rows and keys must not outlive it.
    const folder = await mkdtemp(join(this.#work, 'trial-'));
    try {
      const data = await writeDataFiles(world, folder);
      const central = { truth: direction.truth, signal, baselines: baselineRows };
      const references = job.withReferences ? (await referenceRows(world, data, options, central)).rows : [];
      const federation = await writeFederationFiles(world, job, options, join(folder, 'federation'));
      const logFile = join(folder, 'log.jsonl');
      const outcome = await runTrial({ world, data, federation, options, logFile, onEvent: () => undefined, signal });
      return {
        rows: [...references, ...strategyRows(outcome, world, job)],
        privacy: privacyRow(statementOf(federation.manifest), job),
        rounds: roundRows(outcome, job),
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #direction(overlap: number): Promise<Direction> {
    if (this.#open?.overlap === overlap) return this.#open.direction;
    const [direction] = await openDirections(optionsAt(this.#config, overlap));
    this.#open = { overlap, direction };
    return direction;
  }
}
