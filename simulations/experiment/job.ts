/**
 * One trial of a grid, from its world to its rows.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersonQuality } from '../../core/evaluation/per-person.ts';
import type { SeedRow } from '../../core/evaluation/results.ts';
import { baselineRows, referenceRows } from '../central.ts';
import type { PrivacyRow, RoundRow } from '../results.ts';
import { openDirections } from '../settings.ts';
import type { Direction } from '../settings.ts';
import { writeDataFiles, writeFederationFiles } from '../trial-files.ts';
import type { TrialWorld } from '../trial-files.ts';
import {
  privacyRow,
  rankedPersons,
  roundRows,
  statementOf,
  strategyChoices,
  strategyQualities,
  strategyRows,
} from '../trial-rows.ts';
import type { SeedChoice } from '../choices.ts';
import { runTrial } from '../trial.ts';
import { optionsAt } from './config.ts';
import type { ExperimentConfig } from './config.ts';
import type { Job } from './grid.ts';

export interface JobResult {
  readonly rows: readonly SeedRow[];
  /** The cold persons with positives, in the order of `perPerson`. */
  readonly persons: readonly TestPerson[];
  readonly perPerson: readonly PersonQuality[];
  readonly choices: readonly SeedChoice[];
  readonly privacy: PrivacyRow;
  readonly rounds: readonly RoundRow[];
  readonly seconds: number;
}

export interface TestPerson {
  /** Row of the person in the target's data: results hold no ids. */
  readonly number: number;
  /** Number of hidden positives. */
  readonly positives: number;
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
      const references = job.withReferences ? await referenceRows(world, data, options, central) : undefined;
      const federation = await writeFederationFiles(world, job, options, join(folder, 'federation'));
      const logFile = join(folder, 'log.jsonl');
      const outcome = await runTrial({ world, data, federation, options, logFile, onEvent: () => undefined, signal });
      return {
        rows: [...(references?.rows ?? []), ...strategyRows(outcome, world, job)],
        persons: testPersons(direction, world),
        perPerson: [...(references?.perPerson ?? []), ...strategyQualities(outcome, job)],
        choices: strategyChoices(outcome, world, job),
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

function testPersons({ domains }: Direction, { cold, target }: TrialWorld): TestPerson[] {
  const persons = domains.find(({ name }) => name === target)?.persons ?? [];
  const numbers = new Map(persons.map((person, number) => [person, number]));
  return rankedPersons(cold).map(({ person, positives }) => ({
    number: numbers.get(person) ?? -1,
    positives: positives.length,
  }));
}
