/**
 * Runs a search over worker processes, keeps every trial once it ends, and continues where an earlier run stopped.
 * @module
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPool } from '../experiment/pool.ts';
import { SimulationError } from '../errors.ts';
import { writeOut } from '../out-folder.ts';
import { RESULTS } from './create.ts';
import { candidatesOf } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { searchConfig } from './config.ts';
import type { SearchConfig } from './config.ts';
import { halve, rungsOf } from './halving.ts';
import { SearchStore } from './store.ts';
import { endSeeds, searchSeeds, trialName } from './names.ts';
import { qualityOf, summarise } from './summary.ts';
import type { SearchSummary } from './summary.ts';
import type { SearchJob, SearchResult } from './trial.ts';

export type SearchEvent =
  | { readonly kind: 'search'; readonly of: number; readonly done: number; readonly folder: string }
  | {
      readonly kind: 'ended';
      readonly trial: string;
      readonly failed: string | null;
      readonly done: number;
      /** Number of trials, unless settings fail or seeds agree. */
      readonly of: number;
      /** Estimated seconds until all trials have ended. */
      readonly secondsLeft: number;
    };

export interface SearchContext {
  readonly version: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SearchEvent) => void;
}

export interface SearchOutcome {
  readonly folder: string;
  readonly summary: SearchSummary;
}

/**
 * Runs the trials that have not ended, and reports.
 * @throws SimulationError SIMULATION_RESULTS if the folder holds no search, or if its defaults cannot be measured;
 * SIMULATION_PROCESS if a worker dies; the signal's reason if aborted. Ended trials are kept.
 */
export async function runSearch(folder: string, context: SearchContext): Promise<SearchOutcome> {
  const path = join(folder, RESULTS);
  const work = join(folder, 'work');
  if (!existsSync(path)) {
    throw new SimulationError('SIMULATION_RESULTS', `${folder} holds no search: there is no ${RESULTS} in it`);
  }
  const store = new SearchStore(path);
  try {
    const config = searchConfig(JSON.parse(store.get('config') ?? '{}'), path);
    const winners = await searchAll(store, config, folder, work, context);
    const version = store.get('isthmus') ?? context.version;
    const summary = summarise(store, config, winners, { folder, version });
    await writeOut(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    return { folder, summary };
  } finally {
    store.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function searchAll(
  store: SearchStore,
  config: SearchConfig,
  folder: string,
  work: string,
  { onEvent, signal, workers }: SearchContext,
): Promise<ReadonlyMap<string, Candidate>> {
  const candidates = candidatesOf(config);
  const [defaults] = candidates;
  const { trials: before } = store.totals();
  const of = mostTrials(config, candidates.length);
  onEvent({ kind: 'search', of, done: before, folder });
  const winners = new Map<string, Candidate>();
  const queue = new JobQueue();
  const failed = new Set<string>();

  /** Ends once all of these have a result or a failure. */
  const measureAll = async (jobs: readonly SearchJob[]): Promise<void> => {
    await queue.all(jobs.filter(({ trial }) => store.judged(trial) === undefined));
    const lost = jobs.find(({ candidate, trial }) => candidate === defaults && failed.has(trial));
    if (lost === undefined) return;
    const why = store.failures().find(({ trial }) => trial === lost.trial);
    throw new SimulationError(
      'SIMULATION_RESULTS',
      `the defaults could not be measured (${why?.text ?? lost.trial}), so nothing can be compared with them`,
    );
  };
  const job = (seed: string, place: number | 'end', candidate: Candidate): SearchJob => {
    return { trial: trialName(seed, place, candidate), seed, place, candidate };
  };
  const search = async (): Promise<void> => {
    for (const seed of searchSeeds(config)) {
      const winner = await halve(candidates, async (living, folds) => {
        const places = Array.from({ length: folds }, (_, fold) => fold);
        await measureAll(places.flatMap((fold) => living.map((candidate) => job(seed, fold, candidate))));
        return living.map((candidate) => qualityOf(store, seed, candidate, folds));
      });
      winners.set(seed, winner);
      const ends = config.of === 'encoder' ? endSeeds(config) : [seed];
      await measureAll(ends.flatMap((end) => [...new Set([defaults, winner])].map((one) => job(end, 'end', one))));
    }
  };

  let done = before;
  const began = performance.now();
  const searching = search().finally(() => queue.close());
  // The pool may fail first; its error is the one to report.
  searching.catch(() => undefined);
  await runPool<SearchConfig, SearchJob, SearchResult>({
    entry: fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)),
    config,
    jobs: queue,
    workers,
    work,
    signal,
    onStart: () => undefined,
    onEnd: (ended, report) => {
      if (report.kind === 'done') store.add(ended, report.result);
      else {
        store.addFailure(ended.trial, report.code, report.text);
        failed.add(ended.trial);
      }
      done += 1;
      const each = (performance.now() - began) / 1000 / (done - before);
      const why = report.kind === 'failed' ? `${report.text} [${report.code}]` : null;
      const secondsLeft = each * Math.max(0, of - done);
      onEvent({ kind: 'ended', trial: ended.trial, failed: why, done, of, secondsLeft });
      queue.ended(ended);
    },
  });
  await searching;
  return winners;
}

/** Number of trials if every winner differs from the defaults and nothing fails. */
function mostTrials(config: SearchConfig, candidates: number): number {
  let folds = 0;
  const search = rungsOf(candidates - 1).reduce((sum, rung) => {
    const more = (rung.settings + 1) * (rung.folds - folds);
    folds = rung.folds;
    return sum + more;
  }, 0);
  return search * searchSeeds(config).length + 2 * endSeeds(config).length;
}

/** Jobs that become known one batch after the other: which ones follow depends on the results of those before. */
class JobQueue implements AsyncIterable<SearchJob> {
  readonly #waiting: SearchJob[] = [];
  #open = new Set<string>();
  #isClosed = false;
  #wake: () => void = () => undefined;
  #batchEnded: () => void = () => undefined;

  /** Resolves once all of these have ended. */
  async all(jobs: readonly SearchJob[]): Promise<void> {
    if (jobs.length === 0) return;
    this.#open = new Set(jobs.map(({ trial }) => trial));
    const ended = new Promise<void>((resolve) => (this.#batchEnded = resolve));
    this.#waiting.push(...jobs);
    this.#wake();
    await ended;
  }

  ended({ trial }: SearchJob): void {
    this.#open.delete(trial);
    if (this.#open.size === 0) this.#batchEnded();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SearchJob, undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#isClosed) return undefined;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
