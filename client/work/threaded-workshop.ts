/**
 * Does the long work on two threads: one trains, takes part in rounds and represents, and the other fits. The thread
 * with sockets and HTTP only sends and receives.
 * @module
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { PlatformError } from '../errors.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import type { NewcomerChoice } from '../../core/transfer/newcomer/newcomer.ts';
import type { EvaluationOrder, EvaluationResult } from '../evaluation/evaluate.ts';
import type { Update, UpdateOrder } from '../rounds/update.ts';
import { Calls } from './calls.ts';
import { packDomain, packReceived } from './packets.ts';
import type { Shown } from './shown.ts';
import type { ThreadTerms } from './thread.ts';
import type { Workshop, WorkshopOptions } from './workshop.ts';

/** The module that the threads run. */
export const THREAD = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

interface RunningThread {
  readonly worker: Worker;
  readonly calls: Calls;
}

export class ThreadedWorkshop implements Workshop {
  readonly fitsApart = true;
  readonly #options: WorkshopOptions;
  readonly #module: URL;
  readonly #terms: ThreadTerms;
  readonly #threads = new Set<RunningThread>();
  readonly #training: RunningThread;
  #fitting: RunningThread | undefined;
  #isDisposed = false;
  #onContribution: (count: number) => void = () => undefined;

  /** @param module the module that the threads run: ours, or one that loads its own strategies and then ours. */
  constructor(options: WorkshopOptions, module: URL = THREAD) {
    this.#options = options;
    this.#module = module;
    const { plan, platform, domain, decoder } = options;
    this.#terms = {
      manifest: plan.manifest,
      platform,
      domain: packDomain(domain),
      ...(decoder !== undefined && { decoder }),
    };
    this.#training = this.#start('training');
  }

  prepare(): Promise<void> {
    return this.#training.calls.call('prepare', []);
  }

  prototypes(): Promise<Float32Array> {
    return this.#training.calls.call('prototypes', []);
  }

  adopt(shared: SharedModel): Promise<void> {
    return this.#training.calls.call('adopt', [shared]);
  }

  async update({ shared, round, linked = [], signal, onContribution }: UpdateOrder): Promise<Update> {
    this.#onContribution = (count) => {
      for (let i = 0; i < count; i++) onContribution();
    };
    const update = await this.#training.calls.call<Update>('update', [shared, round, packReceived(linked)], { signal });
    // The thread may have been done before it heard that the attempt is over.
    signal.throwIfAborted();
    return update;
  }

  represent(rows: readonly number[]): Promise<readonly Float32Array[]> {
    return this.#training.calls.call('represent', [rows]);
  }

  show(row: number): Promise<Shown> {
    return this.#training.calls.call('show', [row]);
  }

  fit(received: readonly ReceivedRepresentations[], decoder?: string): Promise<DecoderData> {
    const transfer = received.map(({ vectors }) => vectors.buffer as Transferable);
    return this.#fitter().call<DecoderData>('fit', [packReceived(received), decoder], { transfer });
  }

  weigh(shared: SharedModel): Promise<NewcomerChoice> {
    return this.#fitter().call('weigh', [shared]);
  }

  evaluate(order: EvaluationOrder): Promise<EvaluationResult> {
    return this.#fitter().call('evaluate', [order]);
  }

  /** The thread is kept for the next fit and for evaluations, because it remembers the factors of the domain. */
  #fitter(): Calls {
    this.#fitting ??= this.#start('fitting');
    return this.#fitting.calls;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #start(what: string): RunningThread {
    const { drawn, charge, onProgress } = this.#options;
    const worker = new Worker(this.#module, { name: `isthmus ${what}` });
    const calls = new Calls(worker, {
      drawn: (fingerprint: string, repetition: number) => drawn.get(fingerprint, repetition),
      keep: (fingerprint: string, repetition: number, values: Float64Array) =>
        drawn.put(fingerprint, repetition, values),
      charge,
      progress: onProgress,
      contributed: (count: number) => this.#onContribution(count),
    });
    const thread = { worker, calls };
    this.#threads.add(thread);
    worker.on('error', (error) => calls.end(new PlatformError('WORK_THREAD', deathOf(what, error), { cause: error })));
    worker.on('exit', () => {
      calls.end(new PlatformError('WORK_ENDED', `the thread for ${what} has ended`));
      this.#threads.delete(thread);
      // The next fit starts a new thread: this one may only have run out of memory.
      if (this.#fitting === thread && !this.#isDisposed) this.#fitting = undefined;
    });
    calls.call('begin', [this.#terms]).catch(() => undefined);
    return thread;
  }
}

function deathOf(what: string, error: unknown): string {
  const why = `${codeOf(error) ?? 'INTERNAL'}: ${messageOf(error)}`;
  return `the thread for ${what} ended unexpectedly (${why}): give the process more memory, or report it`;
}
