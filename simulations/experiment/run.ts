/**
 * Runs an experiment's grid over worker processes, keeps every trial once it ends, and continues where an earlier run
 * stopped.
 * @module
 */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditReleases } from '../audit/release-audit.ts';
import { auditTraining } from '../audit/training-audit.ts';
import type { AuditTerms } from '../audit/training-audit.ts';
import { SimulationError } from '../errors.ts';
import { makeOutFolder, writeOut } from '../out-folder.ts';
import { experimentConfig } from './config.ts';
import type { ExperimentConfig } from './config.ts';
import { grid } from './grid.ts';
import type { Job } from './grid.ts';
import type { JobResult } from './job.ts';
import { runPool } from './pool.ts';
import { ReferenceDuty } from './references.ts';
import { experimentReport } from './report.ts';
import { ResultsStore } from './store.ts';
import type { AuditRow } from './store.ts';
import { summarise } from './summary.ts';
import type { ExperimentSummary } from './summary.ts';

export type ExperimentEvent =
  | { readonly kind: 'grid'; readonly of: number; readonly done: number; readonly folder: string }
  | { readonly kind: 'started'; readonly trial: string }
  | {
      readonly kind: 'ended';
      readonly trial: string;
      readonly failed: string | null;
      readonly done: number;
      readonly of: number;
      /** Estimated seconds until all trials have ended. */
      readonly secondsLeft: number;
    }
  | { readonly kind: 'auditing' };

export interface ExperimentContext {
  readonly version: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ExperimentEvent) => void;
}

export interface ExperimentOutcome {
  readonly folder: string;
  readonly report: string;
  readonly summary: ExperimentSummary;
}

const RESULTS = 'results.db';

/** Makes the folder of a new experiment. @throws SimulationError SIMULATION_OPTION if the folder already holds one. */
export async function createExperiment(folder: string, config: ExperimentConfig, version: string): Promise<void> {
  await makeOutFolder(folder);
  if (existsSync(join(folder, RESULTS))) {
    throw new SimulationError('SIMULATION_OPTION', `${folder} holds an experiment: continue with --resume ${folder}`);
  }
  const store = new ResultsStore(join(folder, RESULTS));
  store.put('config', JSON.stringify(config));
  store.put('isthmus', version);
  store.close();
  await writeOut(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * Runs the trials of the grid that have not ended, then audits and reports.
 * @throws SimulationError SIMULATION_RESULTS if the folder holds no experiment; SIMULATION_PROCESS if a worker dies;
 * the signal's reason if aborted. Ended trials are kept.
 */
export async function runExperiment(folder: string, context: ExperimentContext): Promise<ExperimentOutcome> {
  const path = join(folder, RESULTS);
  if (!existsSync(path)) {
    throw new SimulationError('SIMULATION_RESULTS', `${folder} holds no experiment: there is no ${RESULTS} in it`);
  }
  const store = new ResultsStore(path);
  try {
    const config = experimentConfig(JSON.parse(store.get('config') ?? '{}'), path);
    await runJobs(store, config, folder, context);
    context.onEvent({ kind: 'auditing' });
    store.setAudits(audits(config));
    const summary = summarise(store, config, { folder, version: store.get('isthmus') ?? context.version });
    const report = join(folder, 'report.html');
    await writeOut(report, await experimentReport(summary));
    await writeOut(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    return { folder, report, summary };
  } finally {
    store.close();
  }
}

async function runJobs(
  store: ResultsStore,
  config: ExperimentConfig,
  folder: string,
  { workers, signal, onEvent }: ExperimentContext,
): Promise<void> {
  const all = grid(config);
  const ended = store.ended();
  const jobs = all.filter(({ trial }) => !ended.has(trial));
  onEvent({ kind: 'grid', of: all.length, done: ended.size, folder });
  const duty = new ReferenceDuty(store.referenced());
  let done = ended.size;
  const began = performance.now();
  await runPool<ExperimentConfig, Job, JobResult>({
    entry: fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)),
    config,
    jobs,
    workers: Math.min(workers, jobs.length),
    work: join(folder, 'work'),
    signal,
    atTurn: (job) => duty.assign(job),
    onStart: ({ trial }: Job) => onEvent({ kind: 'started', trial }),
    onEnd: (job, report) => {
      if (report.kind === 'done') store.addTrial(job, report.result);
      else {
        store.addFailure(job.trial, report.code, report.text);
        duty.failed(job);
      }
      done += 1;
      const each = (performance.now() - began) / 1000 / (done - ended.size);
      onEvent({
        kind: 'ended',
        trial: job.trial,
        failed: report.kind === 'failed' ? `${report.text} [${report.code}]` : null,
        done,
        of: all.length,
        secondsLeft: each * (all.length - done),
      });
    },
  });
}

const AUDIT_CONFIDENCE = 0.95;

/** Measured bounds beside proven ones for every epsilon of the grid, with a fixed seed. */
function audits({ epsilon, epsilon0, release, delta }: ExperimentConfig): AuditRow[] {
  const terms = (claimedEpsilon: number): AuditTerms => ({
    claimedEpsilon,
    delta,
    canaries: 12_000,
    significance: 1 - AUDIT_CONFIDENCE,
    seed: 'experiment',
  });
  const training = epsilon
    .filter((value) => value !== null)
    .map((claimed): AuditRow => {
      const { provenEpsilon, lowerBound, gaussianLowerBound } = auditTraining(terms(claimed), null);
      return {
        subject: 'training',
        release: '',
        attack: 'membership',
        proven: provenEpsilon,
        measured: lowerBound,
        measuredGaussian: gaussianLowerBound,
        confidence: AUDIT_CONFIDENCE,
      };
    });
  const codes = auditReleases(terms(1), epsilon0, 4000)
    .filter(({ mode }) => release.includes(mode))
    .map(({ mode, attack, epsilon0: proven, lowerBound }): AuditRow => ({
      subject: 'code',
      release: mode,
      attack,
      proven,
      measured: lowerBound,
      measuredGaussian: null,
      confidence: AUDIT_CONFIDENCE,
    }));
  return [...training, ...codes];
}
